"""The marketplaces that a product may be listed on, and whether an address is one of theirs.

Hosts are recalled, none was read in a paper of theirs (R): what is wrong here is put right in this table.
Source: commerce.md §9.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from server.models.selling import URL_CHARS

OTHER: Final = "other"
HOSTS: Final[Mapping[str, tuple[str, ...]]] = {
    "shopee": ("shopee.vn", "shp.ee"),
    "tiktok": ("tiktok.com",),
    "postmart": ("postmart.vn", "buudien.vn"),
    "voso": ("voso.vn",),
    OTHER: (),
}
MARKETS: Final = tuple(HOSTS)


def parse_listing(market: str, text: str) -> str | None:
    """Return the address of a listing as it is kept, None for what is none of that marketplace."""
    address = text.strip()
    if market not in HOSTS or len(address) > URL_CHARS or not address.isascii() or " " in address:
        return None
    try:
        parts = urlsplit(address)
        is_plain = parts.scheme == "https" and parts.username is None and parts.port in (None, 443)
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    if not is_plain or "." not in host or not all(host.split(".")):
        return None
    known = HOSTS[market]
    is_theirs = not known or any(host == one or host.endswith(f".{one}") for one in known)
    return address if is_theirs else None
