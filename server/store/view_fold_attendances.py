"""From an attendance to the row of its view: pure, as `view_fold`, which calls it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sync.attendance import parse_attendance
from sync.merge import Document, Placed
from sync.values import Json

ATTENDANCES = "attendances"


def attendance_rows(
    key: Mapping[str, Any], values: Mapping[str, Json], folded: Document, ops: Sequence[Placed]
) -> dict[str, list[dict[str, Any]]]:
    """Return the row of an attendance."""
    first = ops[0]
    row = {
        **key,
        **asdict(parse_attendance(values)),
        "by": first.op.by,
        "received_at": first.received_at,
        "is_deleted": folded.deleted,
    }
    return {ATTENDANCES: [row]}
