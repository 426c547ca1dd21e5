"""What the templates of the cooperative's pages are given: services' facts in words. Decides nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.pages.console_show import (
    SKEW_MS_MIN,
    Block,
    Leaf,
    Shower,
    days_late,
    leaf,
    span_text,
    time_text,
    uncapital,
    whole_days,
)
from server.pages.console_words import Language, say, words
from server.services.console import Who
from server.services.console_document import Conflict, Page, Step
from server.services.console_entries import EntryList, Line
from server.services.console_lookups import Names, Photo
from sync.forms import Form, load_forms
from sync.values import DELETED, Json

LATE_DAYS_MIN = 2  # our choice: an entry of yesterday evening is no late one
THUMBS_MAX = 3


@dataclass(frozen=True)
class Mark:
    """A small flag on a row: its pictogram, its words, its colour's class."""

    icon: str
    text: str
    kind: str


@dataclass(frozen=True)
class Shot:
    """A photo as a page shows it."""

    thumb: str
    view: str
    alt: str
    at: str
    caption: str
    is_sound: bool
    is_here: bool
    elsewhere: int


@dataclass(frozen=True)
class Row:
    """One entry of the list."""

    href: str
    icon: str
    title: str
    where: str
    summary: str
    marks: tuple[Mark, ...]
    shots: tuple[Shot, ...]
    more: int
    at: str
    who: str


@dataclass(frozen=True)
class Day:
    """The entries of one day."""

    leaf: Leaf | None
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Side:
    """One side of a conflict; `public` and `private` are the JSON that the script signs."""

    facts: tuple[tuple[str, str], ...]
    who: str
    at: str
    label: str
    is_shown: bool
    public: str
    private: str


@dataclass(frozen=True)
class Clash:
    """One conflict of a page."""

    title: str
    sides: tuple[Side, ...]
    is_deletion: bool


@dataclass(frozen=True)
class Event:
    """One step of the history."""

    icon: str
    kind: str
    title: str
    notes: tuple[str, ...]
    changes: tuple[tuple[str, str, str], ...]
    is_same: bool


def shower_of(language: Language, names: Names, scope: str) -> Shower:
    """Return what shows the values of a scope's documents."""
    return Shower(language, lambda ref: names.of(scope, ref), names.products)


def role_shown(language: Language, role: str) -> str:
    """Return what a role is called."""
    key = f"role_{role}"
    return say(language, key) if key in words() else role


def who_shown(language: Language, who: Who | None) -> str:
    """Return who wrote: the name, and for people of the staff their role."""
    if who is None:
        return say(language, "somebody")
    return who.name if who.farm is not None else f"{who.name} ({role_shown(language, who.role)})"


def form_title(language: Language, form: Form | None, values: Mapping[str, Json], subject: str) -> str:
    """Return "Phun thuốc, cà chua"; a work with a tile of its own goes by the words on that."""
    if form is None:
        title = say(language, "unknown_form", form=values.get("form"))
    else:
        title = getattr(form.tile(values).short, language)
    return f"{title}, {uncapital(subject)}" if subject else title


def days(language: Language, found: EntryList) -> list[Day]:
    """Return the lines of a list, day by day."""
    grouped: list[tuple[str, list[Row]]] = []
    for line in found.lines:
        if not grouped or grouped[-1][0] != line.happened_on:
            grouped.append((line.happened_on, []))
        grouped[-1][1].append(row(language, found.names, line))
    return [Day(leaf(day, language), tuple(rows)) for day, rows in grouped]


def shots(language: Language, scope: str, form: Form | None, photos: Sequence[Photo]) -> tuple[Shot, ...]:
    """Return photos and voice notes as a page shows them."""
    kinds = {one.kind: getattr(one.label, language) for one in form.photos} if form is not None else {}
    kind, _, uuid = scope.partition(":")
    found = []
    for photo in photos:
        address = f"/api/v1/photos/{kind}/{uuid}/{photo.sha256}"
        named = kinds.get(photo.kind)
        alt = say(language, "photo") if named is None else say(language, "photo_of", kind=named)
        alt = say(language, "sound") if photo.is_sound else alt
        found.append(
            Shot(
                thumb=f"{address}?size=thumb",
                view=f"{address}?size=view",
                alt=alt,
                at=time_text(photo.recorded_at),
                caption=photo.caption,
                is_sound=photo.is_sound,
                is_here=photo.is_here,
                elsewhere=photo.elsewhere,
            )
        )
    return tuple(found)


def clashes(language: Language, page: Page, shower: Shower) -> list[Clash]:
    """Return the conflicts of a document, with what each side says and what choosing it would sign."""
    return [_clash(language, page, shower, conflict) for conflict in page.conflicts]


def events(language: Language, page: Page, shower: Shower) -> list[Event]:
    """Return the history of a document, the newest first."""
    return [_event(language, page, shower, step) for step in reversed(page.history)]


def blocks(page: Page, shower: Shower) -> list[Block]:
    """Return what a document says."""
    return shower.blocks(page.form, page.values, page.private)


def happened_on(page: Page) -> str:
    """Return the day that stands for a document: when it happened, or when a season began."""
    found = page.values.get("happened_on") or page.values.get("started_on")
    return found if isinstance(found, str) else ""


def document_title(language: Language, page: Page) -> str:
    """Return what a document's page is called."""
    if page.type == "entry":
        subject = page.names.of(page.farm.scope, page.values.get("season"))
        return form_title(language, page.form, page.values, subject)
    name = page.names.of(page.farm.scope, page.doc)
    return name or form_title(language, page.form, {"form": page.type}, "")


def marks_of(language: Language, day: str, recorded_at: int, received_at: int) -> list[Mark]:
    """Return what the times of an entry tell: recorded late, dated ahead, received late."""
    found = []
    late, wait = days_late(day, recorded_at), whole_days(received_at - recorded_at)
    if late >= LATE_DAYS_MIN:
        found.append(Mark("clock", say(language, "recorded_late", n=late), "n"))
    if late < 0:
        found.append(Mark("clock", say(language, "ahead", n=-late), "n"))
    if wait >= LATE_DAYS_MIN:
        found.append(Mark("nosignal", say(language, "received_late", n=wait), "p"))
    return found


def row(language: Language, names: Names, line: Line) -> Row:
    """Return one entry as lists show it."""
    form = load_forms().get(line.form)
    shower = shower_of(language, names, line.farm.scope)
    marks = marks_of(language, line.happened_on, line.recorded_at, line.received_at)
    if line.conflicts:
        marks.insert(0, Mark("fork", say(language, "conflict_mark"), "c"))
    if line.is_deleted:
        marks.insert(0, Mark("waste", say(language, "state_deleted"), "p"))
    photos = shots(language, line.farm.scope, form, line.photos)
    return Row(
        href=f"/htx/dong/{line.farm.id}/{line.uuid}",
        icon="more" if form is None else form.tile(line.values).icon,
        title=form_title(language, form, {"form": line.form, **line.values}, line.season),
        where=", ".join([f"{line.farm.code} {line.farm.name}", *line.plots]),
        summary=shower.summary(form, line.values),
        marks=tuple(marks),
        shots=photos[:THUMBS_MAX],
        more=max(0, len(photos) - THUMBS_MAX),
        at=time_text(line.received_at),
        who=_writer(language, line),
    )


def _clash(language: Language, page: Page, shower: Shower, conflict: Conflict) -> Clash:
    if conflict.is_deletion:
        texts = {None: say(language, "clash_keep"), True: say(language, "clash_drop")}
        title = say(language, "clash_deletion")
    else:
        texts = {}
        named = ", ".join(_label(shower, page.form, name) for name in conflict.fields)
        title = f"{say(language, 'clash_title')}: {named}"
    sides = []
    for option in conflict.options:
        if conflict.is_deletion:
            facts: tuple[tuple[str, str], ...] = (("", texts[option.shown[DELETED] is True or None]),)
        else:
            facts = tuple(
                (
                    _label(shower, page.form, name) if len(option.shown) > 1 else "",
                    _side(shower, page, name, value),
                )
                for name, value in option.shown.items()
            )
        sides.append(
            Side(
                facts=facts,
                who=who_shown(language, option.step.who),
                at=time_text(option.step.recorded_at),
                label=_device_label(language, option.step),
                is_shown=option.is_shown,
                public="" if option.public is None else _json(option.public),
                private=_json(option.private),
            )
        )
    return Clash(title, tuple(sides), conflict.is_deletion)


def _side(shower: Shower, page: Page, name: str, value: Json) -> str:
    field = None if page.form is None else page.form.field(name)
    return shower.value(field, value) or shower.say("emptied")


def _label(shower: Shower, form: Form | None, name: str) -> str:
    return shower.label(form, name).rstrip("?")


def _device_label(language: Language, step: Step) -> str:
    if step.is_mine:
        return say(language, "this_browser")
    return step.label or say(language, "no_label")


def _event(language: Language, page: Page, shower: Shower, step: Step) -> Event:
    icon, kind = {
        "created": ("onphone", ""),
        "changed": ("draft", ""),
        "deleted": ("waste", "n"),
        "restored": ("undo", "g"),
    }[step.what]
    wait = whole_days(step.received_at - step.recorded_at)
    received = time_text(step.received_at)
    notes = [
        say(language, "recorded_at", at=time_text(step.recorded_at)),
        say(language, "received_days", at=received, n=wait)
        if wait
        else say(language, "received_at", at=received),
        say(language, "on_device", label=_device_label(language, step)),
    ]
    if abs(step.skew) >= SKEW_MS_MIN:
        key = "clock_behind" if step.skew > 0 else "clock_ahead"
        notes.append(say(language, key, n=span_text(abs(step.skew), language)))
    if step.unseen:
        notes.append(say(language, "not_seen", who=", ".join(dict.fromkeys(step.unseen))))
    is_first = step.what == "created"
    return Event(
        icon=icon,
        kind="c" if step.who is not None and step.who.farm is None else kind,
        title=_title(language, step),
        notes=tuple(notes),
        changes=() if is_first else _changes(page, shower, step),
        is_same=step.what == "changed" and not step.changes,
    )


def _writer(language: Language, line: Line) -> str:
    who = who_shown(language, line.who)
    is_own = line.values.get("on_behalf_of") is None
    return who if is_own else say(language, "written_for", who=who)


def _title(language: Language, step: Step) -> str:
    who = who_shown(language, step.who)
    if step.what == "created" and step.whom is not None:
        return say(language, "step_created_for", who=who, whom=step.whom.name)
    return say(language, f"step_{step.what}", who=who)


def _changes(page: Page, shower: Shower, step: Step) -> tuple[tuple[str, str, str], ...]:
    rows = []
    for change in step.changes:
        before = _side(shower, page, change.field, change.before)
        rows.append(
            (_label(shower, page.form, change.field), _side(shower, page, change.field, change.after), before)
        )
    return tuple(rows)


def _json(fields: Mapping[str, Json]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
