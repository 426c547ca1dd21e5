"""The merge gives one document for any order, repetition and split, and it is the oracle's."""

import random
from dataclasses import asdict, replace
from typing import Any

from growing import NOW, ORIGIN, SCOPE, VALUES, Choose, grow, make_op, raw, tips
from hypothesis import given
from hypothesis import strategies as st
from oracle import oracle

from sync.log import next_digest, start_digest
from sync.merge import Folding, Placed, fold
from sync.ops import domain


def chooser(data: st.DataObject) -> Choose:
    """Return a `choose` whose every choice is drawn, and so shrinks."""
    return lambda n: data.draw(st.integers(0, n - 1))


def says(ops: list[Placed]) -> dict[str, Any]:
    return oracle({placed.op.id: placed for placed in ops})


@given(st.data())
def test_a_fold_in_any_order_and_with_any_repetition_is_what_the_oracle_says(data: st.DataObject) -> None:
    ops = grow(chooser(data))
    shuffled = data.draw(st.permutations(ops)) + data.draw(st.lists(st.sampled_from(ops), max_size=5))
    assert asdict(fold(shuffled)) == says(ops)


@given(st.data())
def test_after_every_page_of_any_split_the_document_is_the_whole_fold_of_what_came(
    data: st.DataObject,
) -> None:
    ops = data.draw(st.permutations(grow(chooser(data))))
    folding, at = Folding(), 0
    while at < len(ops):
        page = ops[at : at + data.draw(st.integers(1, 4))]
        at += len(page)
        for placed in page:
            folding.add(placed)
        assert asdict(folding.document()) == asdict(fold(ops[:at])) == says(ops[:at])


@given(st.data())
def test_children_before_parents_give_the_same_document(data: st.DataObject) -> None:
    ops = grow(chooser(data))
    assert fold(reversed(ops)) == fold(ops)


@given(st.data())
def test_an_op_that_comes_first_without_place_or_private_part_takes_both_later(data: st.DataObject) -> None:
    ops = grow(chooser(data))
    bare = [Placed(replace(p.op, private=None, private_fields=None)) for p in ops]
    unplaced = [Placed(p.op) for p in ops]
    open_part = [Placed(replace(p.op, private=None, private_fields=None), p.seq, p.received_at) for p in ops]
    mixed = data.draw(st.permutations(bare + unplaced + open_part))
    assert asdict(fold(mixed)) == says(ops)


@given(st.data())
def test_one_op_that_saw_all_and_writes_every_field_ends_every_conflict(data: st.DataObject) -> None:
    ops = grow(chooser(data))
    before = fold(ops)
    fields = {name: "3" for name in before.heads if name != "_deleted"} | {"_deleted": None}
    last = make_op(99, fields, tips([p.op for p in ops]), recorded_at=NOW - 10**12)
    after = fold([*ops, Placed(last, 10**6, NOW)])
    assert after.conflicts == frozenset()
    assert all(head == (last.id,) for head in after.heads.values())
    assert not after.deleted


@given(st.data())
def test_places_in_the_log_never_change_what_is_a_conflict(data: st.DataObject) -> None:
    ops = grow(chooser(data))
    seqs = data.draw(st.permutations(range(1, len(ops) + 1)))
    other = [Placed(p.op, seq, NOW + seq) for p, seq in zip(ops, seqs, strict=True)]
    one, two = fold(ops), fold(other)
    assert one.conflicts == two.conflicts
    assert one.deleted == two.deleted
    assert {name: set(head) for name, head in one.heads.items()} == {
        name: set(head) for name, head in two.heads.items()
    }


@given(st.data())
def test_any_split_into_pages_gives_the_same_digest(data: st.DataObject) -> None:
    log = sorted((p for p in grow(chooser(data)) if p.seq is not None), key=lambda p: p.seq or 0)
    prefix = domain("log", ORIGIN)
    whole = start_digest(ORIGIN, SCOPE)
    for placed in log:
        whole = next_digest(prefix, whole, placed.seq or 0, placed.received_at or 0, raw(placed.op))
    held, at = start_digest(ORIGIN, SCOPE), 0
    while at < len(log):
        page = log[at : at + data.draw(st.integers(1, 5))]
        at += len(page)
        for placed in page:
            held = next_digest(prefix, held, placed.seq or 0, placed.received_at or 0, raw(placed.op))
    assert held == whole


def test_the_grown_documents_do_meet_conflicts_tombstones_and_held_ops() -> None:
    count = {"conflict": 0, "deleted": 0, "unseen": 0, "unsent": 0, "three heads": 0, "late parent": 0}
    for seed in range(400):
        ops = grow(random.Random(seed).randrange)
        document = fold(ops)
        count["conflict"] += bool(document.conflicts)
        count["deleted"] += document.deleted
        count["unseen"] += "_deleted" in document.heads and not document.deleted and bool(document.conflicts)
        count["unsent"] += any(p.seq is None for p in ops)
        count["three heads"] += any(len(head) > 2 for head in document.heads.values())
        at = {p.op.id: p.seq or 10**6 for p in ops}
        count["late parent"] += any(at[up] > at[p.op.id] for p in ops for up in p.op.after)
        assert asdict(document) == says(ops), seed
    assert min(count.values()) > 15, count
    assert count["conflict"] > 100, count


def test_a_tombstone_is_the_value_true_and_nothing_else() -> None:
    for value in (*VALUES, 1, [], {}, "true"):
        assert fold([Placed(make_op(1, {"_deleted": value}))]).deleted is (value is True)


def test_thousands_of_edits_of_one_document_fold_also_backwards() -> None:
    ops: list[Placed] = []
    for n in range(1, 2001):
        ops.append(Placed(make_op(n, {"note": str(n)}, [p.op.id for p in ops[-1:]]), n, NOW + n))
    assert fold(reversed(ops)) == fold(ops)
    assert fold(ops).values == {"note": "2000"}
