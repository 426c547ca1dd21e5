"""The histories of the merge's proof sheet that lose something in naive designs, as far as the core alone can
show them. What needs a server (7, 12, 13, 14, 16, 17) is told in tests/server and tests/simulation.
"""

import pytest
from growing import DEVICES, NOW, ORIGIN, SCOPE, YEAR, make_op

from sync import log
from sync.errors import Refusal
from sync.merge import Document, Folding, Placed, fold
from sync.ops import Op, domain, make_body, message, parse_op
from sync.signing import SoftwareKey, verify

A, B, C = DEVICES


def logged(*ops: Op) -> list[Placed]:
    """Return ops in the log in this order, a second apart."""
    return [Placed(op, seq, NOW + 1000 * seq) for seq, op in enumerate(ops, 1)]


def start(**fields: object) -> Op:
    return make_op(1, fields or {"dose": "1", "product": "x"}, device=A)


def shown(document: Document, name: str = "dose") -> tuple[object, bool]:
    """Return the value that shows and whether the field is marked."""
    return document.values.get(name), name in document.conflicts


def test_history_01_a_form_open_while_the_others_correction_arrives_keeps_both() -> None:
    entry = start()
    correction = make_op(1, {"dose": "2"}, [entry.id], device=B)
    # The form was opened before the pull: its op names what was on the screen, not what came meanwhile.
    saved = make_op(2, {"dose": "3"}, [entry.id], device=A)
    assert shown(fold(logged(entry, correction, saved))) == ("3", True)
    assert shown(fold(logged(entry, saved, correction)))[1]
    naive = make_op(2, {"dose": "3"}, [correction.id], device=A)
    assert not shown(fold(logged(entry, correction, naive)))[1]  # parents taken at saving hide the correction


def test_history_02_a_held_op_admitted_late_with_a_clock_a_year_ahead_hides_no_edit() -> None:
    held = make_op(1, {"dose": "1"}, device=A, recorded_at=NOW + YEAR)
    second = make_op(2, {"note": "x"}, [held.id], device=A, recorded_at=NOW + YEAR)
    third = make_op(1, {"dose": "5"}, [second.id], device=B)
    before = fold(logged(second, third))
    after = fold([*logged(second, third), Placed(held, 3, NOW + 500)])
    assert shown(before) == ("5", False)
    assert shown(after) == ("5", False)  # the third party saw it through the second op: superseded, not shown


def test_history_03_a_a_third_who_saw_both_chooses_and_ends_the_conflict() -> None:
    entry = start()
    one, two = make_op(2, {"dose": "2"}, [entry.id]), make_op(1, {"dose": "3"}, [entry.id], device=B)
    choice = make_op(1, {"dose": "2"}, [one.id, two.id], device=C, recorded_at=NOW - YEAR)
    assert shown(fold(logged(entry, one, two)))[1]
    assert shown(fold(logged(entry, one, two, choice))) == ("2", False)


def test_history_03_b_one_side_that_comes_round_by_itself_leaves_no_conflict() -> None:
    entry = start()
    one, two = make_op(2, {"dose": "2"}, [entry.id]), make_op(1, {"dose": "3"}, [entry.id], device=B)
    round_again = make_op(2, {"dose": "2"}, [two.id], device=B)
    assert shown(fold(logged(entry, one, two, round_again))) == ("2", False)


def test_history_03_c_after_a_choice_a_fourth_who_saw_nothing_makes_a_new_conflict() -> None:
    entry = start()
    one, two = make_op(2, {"dose": "2"}, [entry.id]), make_op(1, {"dose": "3"}, [entry.id], device=B)
    choice = make_op(1, {"dose": "2"}, [one.id, two.id], device=C)
    late = make_op(1, {"dose": "9"}, [entry.id], device="d" * 32)
    document = fold(logged(entry, one, two, choice, late))
    assert document.heads["dose"] == (late.id, choice.id)
    assert shown(document)[1]


def test_history_03_d_a_winner_who_saw_one_side_only_does_not_end_the_conflict() -> None:
    entry = start()
    one, two = make_op(2, {"dose": "2"}, [entry.id]), make_op(1, {"dose": "3"}, [entry.id], device=B)
    winner = make_op(1, {"dose": "4"}, [one.id], device=C, recorded_at=NOW + YEAR)
    assert set(fold(logged(entry, one, two, winner)).heads["dose"]) == {winner.id, two.id}


def test_history_03_e_a_resolver_ends_it_against_an_old_phone_whose_clock_is_ahead() -> None:
    entry = start()
    ahead = make_op(1, {"dose": "3"}, [entry.id], device=B, recorded_at=NOW + 10 * YEAR)
    one = make_op(2, {"dose": "2"}, [entry.id])
    choice = make_op(3, {"dose": "2"}, [one.id, ahead.id])
    assert shown(fold(logged(entry, one, ahead, choice))) == ("2", False)


def test_history_03_f_two_resolvers_one_of_whom_missed_a_side_agree_with_the_same_choice() -> None:
    entry = start()
    one, two = make_op(2, {"dose": "2"}, [entry.id]), make_op(1, {"dose": "3"}, [entry.id], device=B)
    full = make_op(1, {"dose": "2"}, [one.id, two.id], device=C)
    half = make_op(3, {"dose": "2"}, [one.id])
    assert shown(fold(logged(entry, one, two, full, half))) == ("2", False)
    other = make_op(3, {"dose": "4"}, [one.id])
    assert shown(fold(logged(entry, one, two, full, other)))[1]


def test_history_04_a_delete_against_an_edit_stays_in_view_and_is_marked() -> None:
    entry = start()
    void = make_op(2, {"_deleted": True, "void_reason": "ghi nhầm"}, [entry.id])
    edit = make_op(1, {"dose": "2"}, [entry.id], device=B)
    document = fold(logged(entry, void, edit))
    assert not document.deleted
    assert document.conflicts == {"dose"}
    saw_both = make_op(3, {"_deleted": True}, [void.id, edit.id])
    assert fold(logged(entry, void, edit, saw_both)).deleted


def test_history_04_b_product_against_dose_conflicts_as_the_whole_group_that_was_written() -> None:
    entry = start(product="x", dose="1")
    one = make_op(2, {"product": "y", "dose": "1"}, [entry.id])  # each writes the whole group as it stood
    two = make_op(1, {"product": "x", "dose": "2"}, [entry.id], device=B)
    document = fold(logged(entry, one, two))
    assert document.conflicts == {"product", "dose"}
    assert document.heads["product"] == document.heads["dose"]  # what shows is one person's statement


def test_history_05_two_tabs_with_one_n_are_two_ops_and_neither_is_lost_in_the_fold() -> None:
    entry = start()
    one, two = make_op(2, {"dose": "2"}, [entry.id]), make_op(2, {"dose": "3"}, [entry.id])
    assert one.id != two.id
    assert shown(fold([*logged(entry), Placed(one), Placed(two)]))[1]


def test_history_06_a_copied_profile_that_writes_twice_under_one_n_keeps_both() -> None:
    entry = start()
    here, there = make_op(2, {"dose": "2"}, [entry.id]), make_op(2, {"note": "y"}, [entry.id])
    followed = make_op(3, {"dose": "4"}, [there.id])
    document = fold(logged(entry, here, there, followed))
    assert set(document.heads["dose"]) == {here.id, followed.id}


def test_history_08_an_anchor_of_a_cut_branch_is_no_reason_to_refuse() -> None:
    cut = log.next_digest(domain("log", ORIGIN), log.start_digest(ORIGIN, SCOPE), 500, NOW, b"\1" * 32)
    plain = start()
    body = make_body(
        device=A, n=1, by=plain.by, scope=SCOPE, doc=plain.doc, recorded_at=NOW, fields={"dose": "1"},
        anchor={"seq": 500, "digest": str(log.Cursor(1, 500, cut)).split(".")[2]},
    )  # fmt: skip
    op = parse_op(ORIGIN, body)
    assert op.anchor is not None
    assert fold(logged(op)).values == {"dose": "1"}


def test_history_09_the_same_op_held_and_later_logged_is_folded_once_at_its_place() -> None:
    op = start()
    folding = Folding()
    for placed in (Placed(op), Placed(op), *logged(op), Placed(op)):
        folding.add(placed)
    assert folding.ops[op.id].seq == 1
    assert folding.document().heads["dose"] == (op.id,)


def test_history_10_a_field_and_a_type_of_a_later_day_are_folded_and_an_edit_there_leaves_them() -> None:
    doc = "thing_of_2030:019a0000-0000-7000-8000-000000000009"
    new = make_op(1, {"colour_2030": {"deep": [1, {"er": None}]}, "dose": "1"}, doc=doc)
    edit = make_op(1, {"dose": "2"}, [new.id], device=B, doc=doc)
    assert fold(logged(new, edit)).values == {"colour_2030": {"deep": [1, {"er": None}]}, "dose": "2"}


def test_history_10_a_newer_version_may_be_taken_another_day() -> None:
    newer = start().body.replace('{"v":1,', '{"v":2,', 1)
    with pytest.raises(Refusal) as caught:
        parse_op(ORIGIN, newer)
    assert caught.value.slug == "newer_version"


def test_history_11_a_forged_op_with_somebodys_next_n_verifies_under_no_key_of_theirs() -> None:
    owner, forger = SoftwareKey.from_scalar(1), SoftwareKey.from_scalar(2)
    forged = make_op(2, {"dose": "9"}, device=owner.device)
    signature = forger.sign(message(ORIGIN, forged.body))
    assert not verify(owner.public, message(ORIGIN, forged.body), signature)


def test_history_18_every_head_of_a_waiting_time_in_conflict_is_there_for_the_least_favourable() -> None:
    entry = start(product="x", phi_days="3")
    short = make_op(2, {"product": "x", "phi_days": "3"}, [entry.id])
    long = make_op(1, {"product": "y", "phi_days": "14"}, [entry.id], device=B, recorded_at=NOW - YEAR)
    document = fold(logged(entry, short, long))
    by_id = {op.id: op for op in (entry, short, long)}
    assert "phi_days" in document.conflicts
    assert max(int(by_id[i].fields["phi_days"]) for i in document.heads["phi_days"]) == 14
