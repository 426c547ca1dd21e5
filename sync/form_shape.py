"""What a form is: the typed reading of one JSON file of `sync/forms/`.

Reads files that fit schema.json (a test holds every file of the package to it) and does not check them again.
Twin: `pwa/src/core/form_shape.ts`. Source: sync/forms/schema.json.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sync.values import Json, split_line

Groups = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    label: Words


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `when` is (earlier field, values for which this one is asked)."""

    name: str
    type: str
    label: Words
    help: Words | None
    required: str
    when: tuple[str, tuple[str | bool, ...]] | None
    public: bool
    units: tuple[str, ...]
    choices: tuple[Choice, ...]
    of: str
    more: bool
    repeat: bool
    range: tuple[str, str] | None
    default: Json
    codes: frozenset[str] = field(init=False, compare=False, repr=False)  # of its choices

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", frozenset(one.code for one in self.choices))


@dataclass(frozen=True, slots=True)
class Lines:
    """Fields that repeat, written as `line.<id>.<name>`."""

    title: Words
    add: Words
    min: int
    max: int
    groups: Groups
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Photo:
    kind: str
    label: Words
    wanted: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A way into a form: what stands on it, and the values that it fills in. The form's own has no code."""

    code: str
    icon: str
    short: Words
    order: int
    set: Mapping[str, str | bool]


@dataclass(frozen=True, slots=True)
class Form:
    """One form. `fields` begins with the common ones where it writes entries."""

    form: str
    version: int
    document: str
    sector: str
    kind: str
    icon: str
    standard: Mapping[str, str]
    title: Words
    short: Words
    help: Words | None
    order: int
    tiles: tuple[Tile, ...]
    about: Mapping[str, str]
    replaces: tuple[str, ...]
    sources: tuple[str, ...]
    groups: Groups
    one_of: Groups
    fields: tuple[Field, ...]
    lines: Lines | None
    photos: tuple[Photo, ...]

    def field(self, name: str) -> Field | None:
        """Return the field of a name as it stands in `set`, lines too (`line.<id>.<name>`), or None."""
        line = split_line(name)
        if line:
            return next((f for f in self.lines.fields if f.name == line[1]), None) if self.lines else None
        return next((f for f in self.fields if f.name == name), None)

    def tile(self, values: Mapping[str, Json]) -> Tile:
        """Return the tile that values go by: the first whose own they all hold, else the form's."""
        own = Tile("", self.icon, self.short, self.order, MappingProxyType({}))
        return next((t for t in self.tiles if all(values.get(n) == v for n, v in t.set.items())), own)

    def group(self, name: str) -> tuple[str, ...]:
        """Return the names written together with `name`, itself among them; alone where it has no group."""
        line = split_line(name)
        groups = self.groups if line is None else self.lines.groups if self.lines else ()
        mine = next((g for g in groups if (line[1] if line else name) in g), None)
        if mine is None:
            return (name,)
        return tuple(f"line.{line[0]}.{n}" for n in mine) if line else mine


def parse_form(data: Mapping[str, Json], common: Iterable[Mapping[str, Json]] = ()) -> Form:
    """Return the form of a file that fits schema.json; `common` are the fields of common.json."""
    lines, about = data.get("lines"), data.get("about", {})
    shared = _common_fields(common, data) if data["document"] == "entry" and data["kind"] == "record" else ()
    return Form(
        form=data["form"],
        version=data["version"],
        document=data["document"],
        sector=data["sector"],
        kind=data["kind"],
        icon=data["icon"],
        standard=MappingProxyType(dict(data["standard"])),
        title=Words(**data["title"]),
        short=Words(**data["short"]),
        help=_words(data.get("help")),
        order=data["order"],
        tiles=tuple(_parse_tile(t) for t in data.get("tiles", ())),
        about=MappingProxyType(dict(about)),
        replaces=tuple(data.get("replaces", ())),
        sources=tuple(data.get("sources", ())),
        groups=_groups(data["groups"]),
        one_of=_groups(data.get("one_of", ())),
        fields=(*shared, *(_parse_field(f) for f in data["fields"])),
        lines=_parse_lines(lines) if lines else None,
        photos=tuple(Photo(p["kind"], Words(**p["label"]), p["wanted"]) for p in data["photos"]),
    )


def _parse_tile(data: Mapping[str, Json]) -> Tile:
    chosen = MappingProxyType(dict(data["set"]))
    return Tile(data["code"], data["icon"], Words(**data["short"]), data["order"], chosen)


def _common_fields(common: Iterable[Mapping[str, Json]], data: Mapping[str, Json]) -> tuple[Field, ...]:
    """Return the common fields as this form asks them: re-labelled, plots and season as `about` says."""
    over, fields = data.get("common", {}), []
    for raw in common:
        field = _parse_field({**raw, **over.get(raw["name"], {})})
        about = data["about"].get(field.name)
        if about == "optional":
            field = replace(field, required="no")
        if about != "none":
            fields.append(field)
    return tuple(fields)


def _parse_lines(data: Mapping[str, Json]) -> Lines:
    fields = tuple(_parse_field(f) for f in data["fields"])
    title, add = Words(**data["title"]), Words(**data["add"])
    return Lines(title, add, data["min"], data["max"], _groups(data["groups"]), fields)


def _parse_field(data: Mapping[str, Json]) -> Field:
    when, bounds = data.get("when"), data.get("range")
    return Field(
        name=data["name"],
        type=data["type"],
        label=Words(**data["label"]),
        help=_words(data.get("help")),
        required=data["required"],
        when=(when["field"], tuple(when["in"])) if when else None,
        public=data["public"],
        units=tuple(data.get("units", ())),
        choices=tuple(Choice(c["code"], Words(**c["label"])) for c in data.get("choices", ())),
        of=data.get("of", ""),
        more=data.get("more", False),
        repeat=data.get("repeat", True),
        range=(bounds[0], bounds[1]) if bounds else None,
        default=data.get("default"),
    )


def _words(data: Mapping[str, str] | None) -> Words | None:
    return Words(**data) if data else None


def _groups(data: Iterable[Iterable[str]]) -> Groups:
    return tuple(tuple(names) for names in data)
