"""Every form is whole: schema, languages, units, choices, groups, conditions; nothing of the envelope."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sync.form_shape import Field, Form
from sync.forms import FOLDER, NOT_FORMS, forms_for, load_forms, parse_form
from sync.units import UNITS

ROOT = FOLDER.parents[1]
FILES = sorted(p for p in FOLDER.glob("*.json") if p.stem not in NOT_FORMS)
SCHEMA = json.loads((FOLDER / "schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
COMMON = json.loads((FOLDER / "common.json").read_text("utf-8"))
# What the envelope, a review, another document or a rule gives.
NEVER_FIELDS = {
    "id", "device", "n", "by", "doc", "scope", "after", "set", "private", "seq", "form", "form_version",
    "status", "state", "recorded_at", "recorded_by", "received_at", "on_behalf_of", "corrects",
    "correction_reason", "void_reason", "batch_code", "phi_check", "earliest_harvest_date",
    "earliest_harvest_on", "earliest_sale_on", "loss", "loss_kg", "date", "event_date", "entry_id",
    "farm", "household", "coop", "photos", "photo", "line",
}  # fmt: skip
PRIVATE_NAMES = re.compile(
    r"(supplier|buyer|seller|complainant|visitor)|(^|_)(address|phone|price|contact|name_of)"
)


def load(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def fields_of(form: Form) -> list[Field]:
    return [*form.fields, *(form.lines.fields if form.lines else ())]


def own_names(form: Form) -> list[str]:
    common = {f["name"] for f in COMMON["fields"]} if form.document == "entry" else set()
    return [f.name for f in fields_of(form) if f.name not in common]


@pytest.fixture(params=FILES, ids=lambda p: p.stem)
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture
def form(path: Path) -> Form:
    return load_forms()[path.stem]


def test_a_form_fits_the_schema(path: Path) -> None:
    assert [f"{e.json_path}: {e.message}" for e in VALIDATOR.iter_errors(load(path))] == []


def test_the_common_fields_fit_the_schema() -> None:
    fields = jsonschema.Draft202012Validator({"$ref": "#/$defs/fields", "$defs": SCHEMA["$defs"]})
    assert [e.message for e in fields.iter_errors(COMMON["fields"])] == []


def test_a_file_is_named_by_its_form(path: Path) -> None:
    assert load(path)["form"] == path.stem


def test_a_form_is_easy_to_read_in_its_file(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 250


def test_no_text_is_blank_or_padded(path: Path) -> None:
    def words(value: Any) -> list[str]:
        if isinstance(value, dict):
            found = [w for v in value.values() for w in words(v)]
            return [*found, value["vi"], value["en"]] if {"vi", "en"} <= value.keys() else found
        return [w for v in value for w in words(v)] if isinstance(value, list) else []

    assert [w for w in words(load(path)) if w != w.strip() or not w or "  " in w] == []


def test_a_unit_is_in_the_table_of_units(form: Form) -> None:
    assert [(f.name, u) for f in fields_of(form) for u in f.units if u not in UNITS] == []


def test_names_are_unique_in_the_form_and_in_a_line(form: Form) -> None:
    for fields in (form.fields, form.lines.fields if form.lines else ()):
        names = [f.name for f in fields]
        assert len(names) == len(set(names))


def test_no_field_holds_what_the_envelope_a_review_or_a_rule_gives(form: Form) -> None:
    assert set(own_names(form)) & NEVER_FIELDS == set()


def test_a_form_does_not_repeat_a_common_field(path: Path) -> None:
    data = load(path)
    if data["document"] == "entry":
        common = {f["name"] for f in COMMON["fields"]}
        lines = data.get("lines", {"fields": []})["fields"]
        assert {f["name"] for f in [*data["fields"], *lines]} & common == set()


def test_codes_of_choices_are_unique(form: Form) -> None:
    for field in fields_of(form):
        codes = [c.code for c in field.choices]
        assert len(codes) == len(set(codes)), field.name


def test_choices_of_one_question_read_differently(form: Form) -> None:
    for field in fields_of(form):
        for labels in ([c.label.vi for c in field.choices], [c.label.en for c in field.choices]):
            assert len(labels) == len(set(labels)), field.name


def test_a_group_names_fields_of_one_place_and_no_field_is_in_two(form: Form) -> None:
    places = [(form.groups, form.fields), *([(form.lines.groups, form.lines.fields)] if form.lines else [])]
    for groups, fields in places:
        named = [n for g in groups for n in g]
        assert set(named) <= {f.name for f in fields}
        assert len(named) == len(set(named))


def test_a_group_is_all_public_or_all_private(form: Form) -> None:
    """One op has one part of each kind; a group that stood in both could be torn by an erasure."""
    places = [(form.groups, form.fields), *([(form.lines.groups, form.lines.fields)] if form.lines else [])]
    for groups, fields in places:
        public = {f.name: f.public for f in fields}
        assert [g for g in groups if len({public[n] for n in g}) > 1] == []


def test_one_of_names_fields(form: Form) -> None:
    assert {n for names in form.one_of for n in names} <= {f.name for f in form.fields}


def test_a_condition_names_an_earlier_field_and_values_that_it_can_have(form: Form) -> None:
    before: dict[str, Field] = {}
    for field in fields_of(form):
        if field.when:
            other = before.get(field.when[0])
            assert other is not None, field.name
            can: set[str | bool] = {c.code for c in other.choices} if other.choices else {True, False}
            assert other.choices or other.type == "bool", field.name
            assert set(field.when[1]) <= can, field.name
        before[field.name] = field


def test_a_default_is_a_value_that_the_field_can_have(form: Form) -> None:
    for field in fields_of(form):
        if field.default is not None and field.choices:
            assert field.default in {c.code for c in field.choices}


def test_a_range_goes_upwards(form: Form) -> None:
    for field in fields_of(form):
        assert field.range is None or float(field.range[0]) < float(field.range[1]), field.name


def test_names_addresses_buyers_and_prices_are_private(form: Form) -> None:
    names = [f.name for f in fields_of(form) if f.public and PRIVATE_NAMES.search(f.name)]
    assert names == []


def test_an_isolation_time_is_a_kind_and_days(form: Form) -> None:
    for fields in (form.fields, form.lines.fields if form.lines else ()):
        by_name = {f.name: f for f in fields}
        if "phi_days" in by_name or "phi_kind" in by_name:
            codes = {c.code for c in by_name["phi_kind"].choices}
            assert codes == {"days", "not_defined_on_label", "unknown"}
            assert by_name["phi_days"].when == ("phi_kind", ("days",))


def test_a_recalled_source_has_no_clause(form: Form) -> None:
    assert form.standard["mark"] != "R" or "clause" not in form.standard


def test_codes_that_are_named_exist() -> None:
    known = {*load_forms(), "farm"}
    for form in load_forms().values():
        assert {*form.replaces, *form.sources} <= known, form.form


@pytest.mark.parametrize("sector", ["crop", "organic", "livestock", "aquaculture"])
def test_tiles_of_a_sector_have_words_of_their_own(sector: Any) -> None:
    shorts = [short.vi for f in forms_for(sector) for short in (f.short, *(t.short for t in f.tiles))]
    assert len(shorts) == len(set(shorts)), sorted(shorts)


@pytest.mark.parametrize("sector", ["crop", "organic"])
def test_watering_has_a_tile_of_its_own(sector: Any) -> None:
    tiles = [tile for form in forms_for(sector) for tile in form.tiles]
    assert [tile.short.vi for tile in tiles if tile.icon == "water"] == ["Tưới nước"]


def test_a_tile_fills_in_answers_that_the_form_asks_for(form: Form) -> None:
    for tile in form.tiles:
        for name, value in tile.set.items():
            field = form.field(name)
            assert field is not None
            assert value in {c.code for c in field.choices} or (field.type == "bool" and value is True)


def test_what_an_entry_goes_by_is_the_first_tile_that_it_holds_else_the_form(form: Form) -> None:
    assert (form.tile({}).code, form.tile({}).icon, form.tile({}).short) == ("", form.icon, form.short)
    for tile in form.tiles:
        assert form.tile({**tile.set, "note": "x"}) == tile
        assert form.tile(dict.fromkeys(tile.set)).code == ""


def test_every_crop_form_of_the_standard_is_there() -> None:
    assert {f"CT-{n:02}" for n in range(21)} | {f"HC-{n:02}" for n in range(1, 10)} <= set(load_forms())


def test_a_new_form_touches_no_code() -> None:
    codes = set(load_forms()) - {"plot", "season"}
    code = re.compile("|".join(sorted(codes)))
    sources = [*(ROOT / "sync").glob("form*.py"), *(ROOT / "pwa/src/core").glob("form*.ts")]
    assert len(sources) >= 6
    named = [p.name for p in sources if code.search(p.read_text("utf-8"))]
    assert named == []
    for p in (s for s in sources if s.suffix == ".py"):
        strings = {n.value for n in ast.walk(ast.parse(p.read_text("utf-8"))) if isinstance(n, ast.Constant)}
        assert {"happened_on", "phi_days", "quantity", "performed_by"} & strings == set()


def test_plots_and_season_are_asked_as_the_form_says() -> None:
    for form in load_forms().values():
        for name, need in form.about.items():
            field = form.field(name)
            if form.kind == "view" or need == "none":
                assert field is None
            else:
                assert field is not None
                assert field.required == ("yes" if need == "required" else "no")


def test_a_group_of_a_line_names_the_fields_of_that_line() -> None:
    spray = load_forms()["CT-10"]
    assert spray.group("line.aaaaaaa2.phi_days") == tuple(
        f"line.aaaaaaa2.{n}" for n in ("product", "active_ingredient", "dose", "phi_kind", "phi_days")
    )
    assert spray.group("target_pest") == ("target_pest",)


def test_the_schema_refuses_a_view_that_asks() -> None:
    data = load(FOLDER / "CT-00.json")
    data["fields"] = load(FOLDER / "CT-12.json")["fields"]
    assert not VALIDATOR.is_valid(data)


def test_the_schema_refuses_a_person_in_public() -> None:
    data = load(FOLDER / "CT-18.json")
    data["fields"][0]["public"] = True
    assert not VALIDATOR.is_valid(data)


def test_an_unchanged_file_gives_an_equal_form() -> None:
    data = load(FOLDER / "CT-10.json")
    assert parse_form(data, COMMON["fields"]) == load_forms()["CT-10"]
