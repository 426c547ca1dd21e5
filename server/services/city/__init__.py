"""Adapters: how a lot's history reaches a traceability system; `current` says which one is set.

Which system is "the city's" is not known, and none has published an interface (reference traceability §7.6):
`package` makes a file that a person takes there, `epcis` speaks the standard's capture interface to whatever
address the operator sets. Neither claims more than it has an answer for. A further one is a file with an
`Adapter`, and a line here and in `server.config.CITY_ADAPTERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from server.config import current_settings
from server.services.city import capture, package
from server.services.city.shape import Adapter

_ADAPTERS: Final[Mapping[str, Callable[[], Adapter]]] = {
    "package": package.make_adapter,
    "epcis": capture.make_adapter,
}


def current() -> Adapter:
    """Return the adapter that is set."""
    return _ADAPTERS[current_settings().city_adapter]()
