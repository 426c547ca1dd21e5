"""One household's diary read from its file into saves: days from today become dates, names become documents.

A diary is `diaries/<name>.json`: plots, seasons and entries by name. In an entry `day` is days from today,
or [first, last, step]; `in` names its season, `late` the days until it was recorded. Of values: amounts are
"60 kg", dates are days from the entry's day, "@name" is the document of another entry, "@me" the person who
records, {"pick": […]} one of several, {"grow": [first, last], "unit"} a number that grows over the days.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from server.demo.story import DAYS, Event, Household, Picture, Save, Sync, at_hour
from sync import ids
from sync.civil import add_days, ms_to_date
from sync.form_shape import Field, Form
from sync.forms import load_forms
from sync.values import Json

FOLDER: Final = Path(__file__).with_name("diaries")
LINE_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"
DAY_MS: Final = 86_400_000


@cache
def load_diary(name: str) -> Any:
    """Return the diary of a file."""
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


@dataclass
class Book:
    """The diary of one household while it is written; saves and syncs gather in `events`.

    `docs` holds the documents by their name in the file; `values` and `forms` what was first said of each.
    """

    household: Household
    phone: str
    who: str
    now: int
    rng: random.Random
    events: list[Event] = field(default_factory=list)
    docs: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, Json]] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)

    def day(self, offset: int) -> str:
        """Return the civil date `offset` days from today."""
        return add_days(ms_to_date(self.now), offset)

    def evening(self, offset: int, hour: int = 19) -> int:
        """Return a time on that day, at a minute that the seed chooses."""
        return at_hour(self.day(offset), hour, self.rng.randrange(58))

    def read(self, diary: Mapping[str, Any], shift: int = 0) -> None:
        """Write a whole diary, its days moved by `shift`, but for what lies ahead or before the story."""
        for name, plot in diary["plots"].items():
            self._plot(name, plot)
        for name, season in diary["seasons"].items():
            self._season(name, season, shift)
        for entry in diary["entries"]:
            for offset, share in _days(entry["day"]):
                if offset + shift > -DAYS:
                    self.entry(entry, offset + shift, share)

    def entry(self, entry: Mapping[str, Any], offset: int, share: float = 0.0, **told: Any) -> str:
        """Return the new entry about the day `offset`, empty if it lies ahead; `told` goes into its Save."""
        form, day = load_forms()[entry["form"]], self.day(offset)
        hour = entry.get("hour", self.rng.choice((11, 17, 18, 19)))
        at = at_hour(add_days(day, entry.get("late", 0)), hour, self.rng.randrange(58))
        fields: dict[str, Json] = {"form": form.form, "form_version": form.version, "happened_on": day}
        fields |= self._place(form, entry)
        fields |= self._fields(form, entry["values"], day, share)
        for line in entry.get("lines", ()):
            prefix = "line." + "".join(self.rng.choice(LINE_LETTERS) for _ in range(8))
            values = {f"{prefix}.{name}": value for name, value in line.items()}
            fields |= self._fields(form, values, day, share)
        if form.field("performed_by") is not None:
            fields["performed_by"] = told.pop("who", self.who)
        pictures = tuple(
            Picture(self._uuid(at), kind, scene, self.rng.randrange(10**6), text)
            for kind, scene, text in entry.get("photos", ())
        )
        doc = f"entry:{self._uuid(at)}"
        if at >= self.now:
            return ""
        if "name" in entry:
            self.docs[entry["name"]] = doc
        told.setdefault("clock_ms", entry.get("clock_days", 0) * DAY_MS)
        return self._save(at, form.form, doc, fields, pictures=pictures, **told)

    def change(self, name: str, at: int, fields: Mapping[str, Json], phone: str | None = None) -> None:
        """Write fields of a named document again, each with its group as it stood on the screen.

        Shape:  "line.quantity" is that field of the first line.
        """
        doc = self.docs.get(name, "")
        if not doc or at >= self.now:
            return
        form, known = load_forms()[self.forms[doc]], self.values[doc]
        changed = {self._line(doc, key): value for key, value in fields.items()}
        whole: dict[str, Json] = {}
        for key in changed:
            for other in form.group(key):
                if other in known or other in changed:
                    whole[other] = changed.get(other, known.get(other))
        self.events.append(Save(at, phone or self.phone, self.household.key, doc, form.form, whole | changed))

    def sync(self, at: int, phone: str | None = None) -> None:
        """Let a phone find coverage."""
        if at < self.now:
            self.events.append(Sync(at, phone or self.phone))

    def _plot(self, name: str, plot: Mapping[str, Any]) -> None:
        at = self.evening(-DAYS)
        values = {key: value for key, value in plot.items() if key != "metres"}
        fields = self._fields(load_forms()["plot"], values, self.day(-DAYS), 0.0)
        fields["boundary"] = self._boundary(plot["metres"])
        self.docs[name] = self._save(at, "plot", f"plot:{self._uuid(at)}", fields)

    def _season(self, name: str, season: Mapping[str, Any], shift: int) -> None:
        offset = season["day"] + shift
        at = max(self.evening(-DAYS, 20), self.evening(offset, 10))
        values = {key: value for key, value in season.items() if key not in ("day", "plots")}
        fields: dict[str, Json] = {
            "started_on": self.day(offset),
            "plots": [self.docs[plot] for plot in season["plots"]],
        }
        fields |= self._fields(load_forms()["season"], values, self.day(offset), 0.0)
        self.docs[name] = self._save(at, "season", f"season:{self._uuid(at)}", fields)

    def _place(self, form: Form, entry: Mapping[str, Any]) -> dict[str, Json]:
        """Return plots and season of an entry, as far as its form asks for them."""
        season = self.docs.get(entry.get("in", ""))
        plots: Sequence[str] = [self.docs[name] for name in entry.get("plots", ())]
        if season is not None and not plots:
            known = self.values[season]["plots"]
            plots = known if isinstance(known, list) else []
        found: dict[str, Json] = {}
        if plots and form.field("plots") is not None:
            found["plots"] = list(plots)
        if season is not None and form.field("season") is not None:
            found["season"] = season
        return found

    def _fields(self, form: Form, values: Mapping[str, Any], day: str, share: float) -> dict[str, Json]:
        return {name: self._value(form.field(name), value, day, share) for name, value in values.items()}

    def _value(self, known: Field | None, value: Any, day: str, share: float) -> Json:
        """Return a value of the file as it stands in `set`."""
        if isinstance(value, dict) and "pick" in value:
            value = self.rng.choice(value["pick"])
        if isinstance(value, dict) and "grow" in value:
            first, last = value["grow"]
            value = f"{round(first + (last - first) * share)} {value['unit']}"
        if known is not None and known.type == "amount":
            number, unit = value.split(" ")
            return {"amount": number, "unit": unit}
        if known is not None and known.type == "date" and isinstance(value, int):
            return add_days(day, value)
        if isinstance(value, list):
            return [self._value(None, one, day, share) for one in value]
        if isinstance(value, str) and value.startswith("@"):
            return self.who if value == "@me" else self.docs[value[1:]]
        return value

    def _save(self, at: int, form: str, doc: str, fields: dict[str, Json], **told: Any) -> str:
        self.values[doc], self.forms[doc] = fields, form
        phone = told.pop("phone", self.phone)
        self.events.append(Save(at, phone, self.household.key, doc, form, fields, **told))
        return doc

    def _line(self, doc: str, name: str) -> str:
        if not name.startswith("line."):
            return name
        return next(key for key in self.values[doc] if key.startswith("line.") and key.endswith(name[4:]))

    def _uuid(self, at: int) -> str:
        return ids.make_uuid7(at, self.rng.randbytes(10))

    def _boundary(self, metres: Sequence[int]) -> Json:
        """Return four corners, a little askew; a metre is 90 to the north and 96 to the east, in 10⁻⁷°."""
        north, east = metres[0] * 90, metres[1] * 96
        lat = self.household.lat + self.rng.randrange(-9000, 9000)
        lng = self.household.lng + self.rng.randrange(-9000, 9000)
        corners = ((0, 0), (north, 0), (north, east), (0, east))
        return [[lat + a + self.rng.randrange(300), lng + b + self.rng.randrange(300)] for a, b in corners]


def _days(day: Any) -> Iterator[tuple[int, float]]:
    """Give each day from today of an entry, with how far along its run of days it stands (0 to 1)."""
    if isinstance(day, int):
        yield day, 0.0
        return
    first, last, step = day
    for offset in range(first, last + 1, step):
        yield offset, (offset - first) / max(1, last - first)
