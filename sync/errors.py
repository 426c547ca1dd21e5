"""The one exception of the protocol core, and the slugs it may carry.

A `Refusal` says that these bytes can never be taken (`refused`), except for the slugs of
`LATER`, where the same bytes may be taken another day (`later`). Titles, statuses and next
steps stand in `server/problems.py`; the slugs are the same.
Source: DESIGN §3 "Sync"; STYLE §19.
"""

from typing import Final, Literal

Slug = Literal[
    "bad_body",
    "bad_bundle",
    "bad_checkpoint",
    "bad_key",
    "bad_private",
    "bad_request",
    "bad_signature",
    "newer_version",
    "too_large",
]

LATER: Final[frozenset[str]] = frozenset({"newer_version"})


class Refusal(Exception):
    """Outside bytes that do not fit the protocol.

    `slug` names the problem; `detail` says in English, for a developer, which rule was broken;
    it never repeats the bytes themselves.
    """

    def __init__(self, slug: Slug, detail: str) -> None:
        super().__init__(f"{slug}: {detail}")
        self.slug: Slug = slug
        self.detail = detail
