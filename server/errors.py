"""Expected refusals of the services: typed, each under a slug of the catalogue in `problems.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One fault of shape: what is wrong, and where, as a JSON pointer (RFC 6901)."""

    detail: str
    pointer: str


class ServiceError(Exception):
    """The service does not do what was asked; `slug` says why in the words of the catalogue.

    Shape:  `detail` is a sentence for a person about this case, in Vietnamese, and never holds exception
            text, SQL, a path of the machine or anybody's data. `status` only where one slug has two.
    Units:  retry_after in seconds.
    """

    def __init__(
        self,
        slug: str,
        detail: str = "",
        *,
        status: int | None = None,
        retry_after: int | None = None,
        errors: tuple[Fault, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(slug)
        self.slug = slug
        self.detail = detail
        self.status = status
        self.retry_after = retry_after
        self.errors = errors
        self.headers = dict(headers or {})
