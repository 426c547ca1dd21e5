"""What holds for every book: rules forget no stop, know no order, and judge a group at a time."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sync.checklists import checklist_for
from sync.lists import Lists
from sync.rules import Finding, Record, completeness, due, findings, judge, keys_of

PLOTS = [f"plot:01900000-0000-7000-8000-{n:012d}" for n in range(2)]
SEASONS = [f"season:01900000-0000-7000-8000-{n:012d}" for n in range(2)]
FORMS = ["CT-10", "CT-10", "CT-12", "CT-14", "CT-03", "CN-06", "CN-12", "CN-14", "TS-06", "TS-11", "KK-01"]
units = st.sampled_from(["kg", "ml", "chai"])
amounts = st.builds(lambda amount, unit: {"amount": str(amount), "unit": unit}, st.integers(0, 30), units)
days_of_2026 = st.integers(1, 28).map(lambda day: f"2026-11-{day:02d}")
kinds = st.sampled_from(["days", "unknown", "not_defined_on_label", None])
plots = st.lists(st.sampled_from(PLOTS), min_size=1, max_size=2, unique=True)


@st.composite
def entries(draw: st.DrawFn, number: int) -> Record:
    """A treatment or a harvest of some plots, sometimes torn between two phones or taken out."""
    form = draw(st.sampled_from(FORMS))
    values = {
        "form": form,
        "happened_on": draw(days_of_2026),
        "plots": draw(plots),
        "season": draw(st.sampled_from(SEASONS)),
        "line.aaaaaaaa.product": draw(st.sampled_from(["A", "B"])),
        "line.aaaaaaaa.phi_kind": draw(kinds),
        "line.aaaaaaaa.phi_days": draw(st.none() | st.integers(0, 20)),
        "line.aaaaaaaa.withdrawal_kind": draw(kinds),
        "line.aaaaaaaa.withdrawal_days": draw(st.none() | st.integers(0, 20)),
        "quantity": draw(amounts),
        "line.aaaaaaaa.quantity": draw(amounts),
        "line.aaaaaaaa.total_used": draw(amounts),
        "line.aaaaaaaa.on_hand": draw(amounts),
    }
    rivals = {}
    if draw(st.booleans()):
        rivals["happened_on"] = (values["happened_on"], draw(days_of_2026))
    if draw(st.booleans()):
        rivals["line.aaaaaaaa.phi_kind"] = (values["line.aaaaaaaa.phi_kind"], draw(kinds))
    doc = f"entry:01900000-0000-7000-8000-{number:012d}"
    shown = {name: value for name, value in values.items() if value is not None}
    return Record(doc, "entry", shown, rivals, deleted=draw(st.integers(0, 5)) == 0)


@st.composite
def books(draw: st.DrawFn) -> list[Record]:
    return [draw(entries(number)) for number in range(draw(st.integers(1, 8)))]


def told(found: list[Finding], rule: str | None = None) -> set[tuple[str, str]]:
    return {(one.rule, one.about) for one in found if one.severity == "stop" and rule in (None, one.rule)}


@given(books(), st.randoms())
def test_order_does_not_matter(book: list[Record], random: st.DataObject) -> None:
    shuffled = list(book)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert findings(shuffled, Lists()) == findings(book, Lists())


@st.composite
def checked(draw: st.DrawFn, number: int) -> Record:
    """An inspection of the farm or of a season, whole or only begun, with a fault that is open or closed."""
    values = {"of": draw(st.sampled_from(["farm", *SEASONS])), "happened_on": draw(days_of_2026)}
    if draw(st.booleans()):
        values |= {item.name("result"): "pass" for item in checklist_for("annex_d").items}
    values |= {"item.records.result": "fail", "item.records.due_on": draw(days_of_2026)}
    closed = draw(st.none() | days_of_2026)
    torn = {"item.records.closed_on": (closed, draw(st.none() | days_of_2026))} if draw(st.booleans()) else {}
    doc = f"inspection:01900000-0000-7000-8000-{number:012d}"
    return Record(doc, "inspection", {**values, "item.records.closed_on": closed}, torn)


SEASON = Record(
    SEASONS[0],
    "season",
    {"sector": "crop", "standard": "vietgap", "product_name": "Lúa", "started_on": "2026-11-01"},
)


@given(books(), st.lists(st.integers(0, 9).flatmap(checked), max_size=3), st.randoms())
def test_what_is_due_and_what_is_missing_know_no_order(
    book: list[Record], visits: list[Record], random: st.DataObject
) -> None:
    whole = [SEASON, *book, *{one.doc: one for one in visits}.values()]
    shuffled = list(whole)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert due(shuffled, "2026-11-28") == due(whole, "2026-11-28")
    assert completeness(SEASON, shuffled, "2026-11-28") == completeness(SEASON, whole, "2026-11-28")


@given(books(), st.integers(0, 9).flatmap(checked))
def test_a_fault_is_due_until_every_head_says_that_it_is_put_right(book: list[Record], visit: Record) -> None:
    told = [one for one in due([SEASON, *book, visit], "2026-11-28") if one.kind == "fault"]
    said = visit.rivals.get("item.records.closed_on", (visit.values["item.records.closed_on"],))
    assert bool(told) == any(day is None for day in said)


@given(books(), entries(99))
def test_an_entry_more_takes_no_piece_away(book: list[Record], more: Record) -> None:
    before, after = (
        {one.code for one in completeness(SEASON, some, "2026-11-28") if one.state == "present"}
        for some in (book, [*book, more])
    )
    assert before <= after


@given(books(), entries(99))
def test_one_more_entry_takes_no_stop_away(book: list[Record], more: Record) -> None:
    assert told(findings([*book, more], Lists())) >= told(findings(book, Lists()))


@given(books())
def test_a_wait_that_is_not_known_lets_no_harvest_pass(book: list[Record]) -> None:
    spray = Record(
        "entry:01900000-0000-7000-8000-000000000998",
        "entry",
        {"form": "CT-10", "happened_on": "2026-10-01", "plots": PLOTS, "line.bbbbbbbb.phi_kind": "unknown"},
    )
    harvests = {one.doc for one in book if one.values["form"] == "CT-12" and not one.deleted}
    stopped = told(findings([*book, spray], Lists()), "harvest_after_unknown")
    assert {about for _, about in stopped} >= harvests


@given(books(), st.data())
def test_judging_what_changed_gives_what_judging_everything_gives(
    book: list[Record], data: st.DataObject
) -> None:
    kept = {key: judge(key, [one for one in book if key in keys_of(one)], Lists()) for key in keys_in(book)}
    place = data.draw(st.integers(0, len(book) - 1))
    before = book[place]
    after = replace(data.draw(entries(0)), doc=before.doc)
    changed = [*book[:place], after, *book[place + 1 :]]
    for key in keys_of(before) | keys_of(after):
        kept[key] = judge(key, [one for one in changed if key in keys_of(one)], Lists())
    assert sorted(map(repr, (f for found in kept.values() for f in found))) == sorted(
        map(repr, findings(changed, Lists()))
    )


def keys_in(book: list[Record]) -> set[str]:
    return {key for one in book for key in keys_of(one)}
