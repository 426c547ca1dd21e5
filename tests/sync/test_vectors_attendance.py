"""The vectors of attendance codes, run against `sync.attendance`; `attendance.test.ts` runs the same."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import attendance
from sync.attendance import Attendee

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "attendance.json").read_text("utf-8"))
CASES = [
    pytest.param(group["description"], case, id=f"{group['description']}: {case['name']}")
    for group in VECTORS["groups"]
    for case in group["cases"]
]
ORIGIN = "vi-du.example/so"
UUIDS = st.uuids().map(str)


def made(given: dict[str, Any]) -> str:
    who = Attendee(given["kind"], given["id"], given["membership"])
    return attendance.make_attendee_code(given["origin"], who)


def read(given: dict[str, Any]) -> list[str] | str:
    found = attendance.read_attendee_code(given["origin"], given["text"])
    return found if isinstance(found, str) else [found.kind, found.id, found.membership]


CALLS: dict[str, Any] = {
    "make_attendee_code": made,
    "read_attendee_code": read,
    "attendance_doc": lambda g: attendance.attendance_doc(g["training"], g["of"], g["membership"]),
}


@pytest.mark.parametrize(("call", "case"), CASES)
def test_vector_of_attendance(call: str, case: dict[str, Any]) -> None:
    assert CALLS[call](case["given"]) == case.get("expect", case.get("reject"))


@given(st.sampled_from(["farm", "organisation"]), UUIDS, UUIDS, st.integers(0, 55), st.integers(1, 63))
def test_a_code_is_read_as_it_was_made_and_with_one_other_character_is_nobody(
    kind: str, of: str, membership: str, at: int, by: int
) -> None:
    who = Attendee(kind, of, membership)
    code = attendance.make_attendee_code(ORIGIN, who)
    assert attendance.read_attendee_code(ORIGIN, code) == who
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = letters[(letters.find(code[at]) + by) % 64]
    wrong = code[:at] + other + code[at + 1 :]
    if wrong != code:
        assert isinstance(attendance.read_attendee_code(ORIGIN, wrong), str)


def test_what_makes_no_sense_counts_as_not_said() -> None:
    nothing = attendance.Attendance("", "", "", "", "", "", "")
    odd: dict[str, Any] = {
        "training": "x", "farm": "org:019a0000-0000-7000-8000-000000000001", "organisation": 5,
        "membership": [], "kind": "k" * 41, "how": ["scan"], "happened_on": "2026-02-30",
    }  # fmt: skip
    assert attendance.parse_attendance({}) == nothing
    assert attendance.parse_attendance(odd) == nothing
