"""Pages of the log as the texts that an answer carries: stored texts are joined, not parsed again.

Source: DESIGN §3 "Sync"; reference "sign and ship the exact payload bytes".
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from json.encoder import encode_basestring as quote
from typing import Any

from sqlalchemy.orm import Session

from server.db import driven
from server.models.log import OpRow

_COLUMNS = (
    OpRow.seq, OpRow.id, OpRow.device, OpRow.received_at, OpRow.digest, OpRow.body, OpRow.private,
    OpRow.signature,
)  # fmt: skip
_PAGE = (
    f"SELECT {', '.join(one.name for one in _COLUMNS)} FROM {OpRow.__tablename__}"  # noqa: S608 (our own names)
    " WHERE scope = ? AND seq > ? ORDER BY seq LIMIT ?"
)
_TEXTS = {"sqlite": _PAGE, "postgresql": _PAGE.replace("?", "%s")}

PageOp = tuple[int, bytes, str]  # number, digest there, JSON text


def page(session: Session, scope: str, above: int, ops_max: int, own: str | None) -> Iterator[PageOp]:
    """Give the next ops of a scope above a number, in order; those of the device `own` by their id."""
    begin = f'{{"scope":{quote(scope)},"seq":'
    for seq, op_id, device, received_at, digest, body, private, signature in _rows(
        session, scope, above, ops_max
    ):
        if device == own:
            rest = f',"id":"{op_id}"}}'
        else:
            part = "" if private is None else f',"private":{quote(private)}'
            name = urlsafe_b64encode(signature).decode("ascii").rstrip("=")
            rest = f',"body":{quote(body)}{part},"signature":"{name}"}}'
        yield seq, digest, f'{begin}{seq},"received_at":{received_at}{rest}'


def _rows(session: Session, scope: str, above: int, ops_max: int) -> list[Any]:
    """Return the rows as the driver gives them: nothing else reads as many at once."""
    if session.autoflush:
        session.flush()
    connection = session.connection()
    text = _TEXTS[connection.dialect.name]
    with driven(connection, text) as cursor:
        cursor.execute(text, (scope, above, ops_max))
        return list(cursor.fetchall())
