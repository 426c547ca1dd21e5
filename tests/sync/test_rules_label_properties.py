"""What holds of every book beside labels and ranges: nothing is forgotten, and what was kept is right."""

import json
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sync.lists_wire import lists_from_wire
from sync.rules import Finding, Record, findings, judge, keys_of

FILE = Path(__file__).parents[1] / "vectors" / "rules_inputs.json"
LISTS = lists_from_wire(json.loads(FILE.read_text("utf-8"))["lists"])
SEASONS = [f"season:01900000-0000-7000-8000-{n:012d}" for n in range(2)]
LINE = "line.aaaaaaaa."
crops = st.sampled_from(
    ["Lúa Bắc Thơm", "lua", "Lúa mì", "Ngô", "Đậu tương", "Gai xanh", "Gà đẻ trứng", "Tôm"]
)
codes = st.sampled_from(["rice", "maize", "whiteleg_shrimp", "layer"])
products = st.sampled_from(
    ["Mẫu Xanh 5EC", "Mẫu Trỗ 20WP", "mau cu 50wp", "Mẫu Cấm 1G", "Mẫu Nhóm 2EC", "Thú Y Mẫu 10%", "Lạ 1SL"]
)
pests = st.sampled_from(["sâu cuốn lá", "rầy nâu", "cỏ", None])
stages = st.sampled_from(["seedling", "growing", "flowering", "ripe", None])
days = st.integers(1, 28).map(lambda day: f"2026-{day % 11 + 1:02d}-{day:02d}")
waits = st.none() | st.integers(0, 20)


def amounts(*units: str) -> st.SearchStrategy[dict[str, str]]:
    """Return amounts in one of these units."""
    return st.builds(
        lambda amount, unit: {"amount": str(amount), "unit": unit}, st.integers(0, 40), st.sampled_from(units)
    )


@st.composite
def entries(draw: st.DrawFn, number: int) -> Record:
    """Something used, or water measured, in some seasons; sometimes torn between two phones or taken out."""
    form = draw(st.sampled_from(["CT-10", "CT-10", "CN-06", "TS-07", "TS-08"]))
    values = {
        "form": form,
        "happened_on": draw(days),
        "season": draw(st.sampled_from(SEASONS)),
        "target_pest": draw(pests),
        "growth_stage": draw(stages),
        f"{LINE}product": draw(products),
        f"{LINE}dose": draw(amounts("ml/binh", "ml/sao", "l/ha", "pct")),
        "tank_size": draw(amounts("l")),
        f"{LINE}phi_kind": "days",
        f"{LINE}phi_days": draw(waits),
        f"{LINE}withdrawal_kind": "days",
        f"{LINE}withdrawal_days": draw(waits),
        f"{LINE}withdrawal_eggs_kind": "days",
        f"{LINE}withdrawal_eggs_days": draw(waits),
        "temperature": draw(amounts("c")),
        "ph": draw(amounts("ph")),
        "ammonia": draw(amounts("mg_l")),
    }
    rivals = {}
    for name, drawn in (("growth_stage", stages), (f"{LINE}product", products), ("ph", amounts("ph"))):
        if draw(st.integers(0, 3)) == 0:
            rivals[name] = (values[name], draw(drawn))
    doc = f"entry:01900000-0000-7000-8000-{number:012d}"
    shown = {name: value for name, value in values.items() if value is not None}
    return Record(doc, "entry", shown, rivals, deleted=draw(st.integers(0, 5)) == 0)


@st.composite
def seasons(draw: st.DrawFn, number: int) -> Record:
    """A season, whose crop two phones sometimes write differently."""
    name = draw(crops)
    values = {"product": draw(codes), "product_name": name, "sector": "crop", "started_on": "2026-01-01"}
    rivals = {"product_name": (name, draw(crops))} if draw(st.integers(0, 3)) == 0 else {}
    return Record(SEASONS[number], "season", values, rivals)


@st.composite
def books(draw: st.DrawFn) -> list[Record]:
    own = [draw(entries(number)) for number in range(draw(st.integers(1, 6)))]
    return [*own, *(draw(seasons(number)) for number in range(2))]


def stops(found: list[Finding]) -> set[tuple[str, str]]:
    return {(one.rule, one.about) for one in found if one.severity == "stop"}


def fresh(book: list[Record]) -> list[Record]:
    """Return the same records, of which nothing was worked out yet."""
    return [replace(one) for one in book]


@given(books(), st.randoms())
def test_order_does_not_matter(book: list[Record], random: st.DataObject) -> None:
    shuffled = fresh(book)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert findings(shuffled, LISTS) == findings(book, LISTS)


@given(books(), entries(99))
def test_one_more_entry_takes_nothing_away_that_is_about_another(book: list[Record], more: Record) -> None:
    before, after = findings(book, LISTS), findings([*book, more], LISTS)
    assert stops(after) >= stops(before)
    kinds = ("water_", "crop_", "pest_", "dose_", "stage_", "wait_")
    kept = [repr(one) for one in before if one.rule.startswith(kinds)]
    assert {repr(one) for one in after} >= set(kept)


@given(books(), st.data())
def test_judging_what_changed_with_what_was_kept_gives_what_judging_everything_anew_gives(
    book: list[Record], data: st.DataObject
) -> None:
    kept = {key: judge(key, in_group(book, key), LISTS) for one in book for key in keys_of(one)}
    place = data.draw(st.integers(0, len(book) - 1))
    before = book[place]
    is_season = before.type == "season"
    drawn = data.draw(seasons(SEASONS.index(before.doc)) if is_season else entries(0))
    changed = [*book[:place], replace(drawn, doc=before.doc), *book[place + 1 :]]
    for key in keys_of(before) | keys_of(changed[place]):
        kept[key] = judge(key, in_group(changed, key), LISTS)
    told = [repr(one) for some in kept.values() for one in some]
    assert sorted(told) == sorted(map(repr, findings(fresh(changed), LISTS)))


@given(books())
def test_other_lists_are_asked_anew(book: list[Record]) -> None:
    findings(book, LISTS)
    bare = replace(LISTS, products={})
    assert findings(book, bare) == findings(fresh(book), bare)


def in_group(book: list[Record], key: str) -> list[Record]:
    return [one for one in book if key in keys_of(one)]
