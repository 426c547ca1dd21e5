"""One request made in the field, its values read one by one, and why it is not done.

Source: WIRE "Requests".
"""

from __future__ import annotations

from dataclasses import dataclass

from sync import ids
from sync.values import Json

CHARS_MAX = 300
NOT_YOURS = "Việc này ngoài phạm vi của người gửi; hãy hỏi hợp tác xã."


@dataclass(frozen=True)
class Sent:
    """One request of the right shape."""

    id: str
    kind: str
    made_at: int
    values: dict[str, Json]


class NotMade(Exception):
    """The row can't be made; the message says why."""


class Refused(NotMade):
    """The values have not the shape of their kind."""


class Declined(NotMade):
    """Asked of the wrong place; the message is for the person who asked."""


def text_of(one: Sent, name: str, chars_max: int = 200) -> str:
    """Return a short text of a request. Raises: Refused."""
    value = one.values.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > chars_max:
        raise Refused(name)
    return value.strip()


def optional_of(one: Sent, name: str) -> str | None:
    """Return a text that may be left out. Raises: Refused."""
    return None if one.values.get(name) is None else text_of(one, name, 30 if name == "phone" else 300)


def uuid_of(one: Sent, name: str) -> str:
    """Return the id of a row. Raises: Refused."""
    value = one.values.get(name)
    if not ids.is_uuid(value):
        raise Refused(name)
    return str(value)
