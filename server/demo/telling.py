"""The story of the demo: every household's autumn, and the troubles that a cooperative has to look at.

Among them: two phones of one household that change the same entry (open and settled conflicts, a void beside
an edit), corrections, a doubled entry voided, entries recorded late, a phone whose clock jumped back, a phone
that nobody confirmed yet, a team member who went on recording after the help had ended. Whoever takes the
team member's part finds a household in every need: asked back, two phones that disagree, no phone, a silent
one, none recorded yet, a help that is over.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Final

from server.demo.book import Book, load_diary
from server.demo.cast import HOUSEHOLDS, PEOPLE, VISITED
from server.demo.inspecting import visited
from server.demo.story import DAYS, Admit, Ask, Event, Helping, Phone, Save, Story, Sync, at_hour
from sync import ids
from sync.civil import add_days, ms_to_date

SEED: Final = 11680  # the commune's code
DIARIES: Final = {
    "thanh": ("rice", 0), "lua": ("rice", -2), "huong": ("vegetables", 0), "dung": ("greenhouse", 0),
    "kha": ("organic", 0), "man": ("vegetables", -1), "tuan": ("pigs", 0), "bay": ("pigs", -3),
    "hai": ("broilers", 0), "nga": ("layers", 0), "son": ("shrimp", 0), "quyet": ("fish", 0),
    "binh": ("rice", -24),
}  # fmt: skip
SILENT: Final = {"binh": (-23, 5)}  # the day of a phone's last sync, and what it said that it still held
HELP_ENDS: Final = -20  # the day on which a help ends; its helper is out of reach for some days around it
OFFLINE: Final = {"quyet": (11, 17), "kha": (9, 14)}  # days between two syncs; others 6 to 10
LABELS: Final = ("Samsung A05", "Oppo A17k", "Redmi 12C", "Vivo Y17s", "Nokia C22", "iPhone 8")


@dataclass
class Telling:
    """What the troubles may use: the books by household, and how to make further things happen."""

    books: dict[str, Book]
    phones: list[Phone]
    helps: list[Helping]
    rng: random.Random

    def joins(self, key: str, offset: int, *, confirm: bool = False) -> None:
        """Let a person's phone join on a day."""
        at = next(iter(self.books.values())).evening(offset, 9)
        self.phones.append(Phone(key, key, self.rng.choice(LABELS), at, confirm))


def tell(now: int, seed: int = SEED, only: Collection[str] | None = None, *, pictures: bool = True) -> Story:
    """Return the story as of `now`; `only` names the households of a smaller one, which may lack pictures."""
    rng = random.Random(seed)  # noqa: S311 (a story, not a secret)
    homes = tuple(home for home in HOUSEHOLDS if only is None or home.key in only)
    names = {person.key: person.name for person in PEOPLE}
    told = Telling({}, [], [], rng)
    for home in homes:
        book = Book(home, home.key, names[home.key], now, random.Random(f"{seed} {home.key}"))  # noqa: S311
        told.books[home.key] = book
        if home.key in DIARIES:
            told.joins(home.key, -DAYS)
            diary, shift = DIARIES[home.key]
            book.read(load_diary(diary), shift)
    for key, trouble in TROUBLES.items():
        if key in told.books:
            trouble(told, told.books[key])
    for staff in ("reviewer", "reviewer_2", "extension"):
        told.joins(staff, -DAYS)
    told.helps.extend(Helping("extension", key, None) for key in VISITED if key in told.books)
    events = [event for book in told.books.values() for event in book.events]
    events += [event for book in told.books.values() for event in visited(book)]
    events += _syncs(told, now)
    if not pictures:
        events = [replace(one, pictures=()) if isinstance(one, Save) else one for one in events]
    phones = {phone.key for phone in told.phones}
    assert all(event.phone in phones for event in events), "every phone joins"
    return Story(
        now=now,
        began_at=min(phone.at for phone in told.phones) - 3_600_000,
        people=tuple(p for p in PEOPLE if p.farm is None or p.farm in told.books),
        households=homes,
        phones=tuple(told.phones),
        helps=tuple(told.helps),
        events=tuple(sorted(events, key=_order)),
    )


def _order(event: Event) -> tuple[int, int]:
    return (event.at, 0 if isinstance(event, Save) else 1)


def _syncs(told: Telling, now: int) -> list[Event]:
    """Let every phone find coverage every few evenings, and once more shortly before now."""
    found: list[Event] = []
    today = ms_to_date(now)
    for phone in told.phones:
        if phone.person in ("reviewer", "reviewer_2"):
            continue
        least, most = OFFLINE.get(phone.person, (6, 10))
        offset = -DAYS + 1
        last, left = SILENT.get(phone.person, (0, 0))
        while offset < last:
            found.append(Sync(at_hour(add_days(today, offset), 20, told.rng.randrange(58)), phone.key))
            offset += told.rng.randint(least, most)
        if last < 0:
            found.append(Sync(at_hour(add_days(today, last), 20), phone.key, left))
        else:
            found.append(Sync(now - told.rng.randrange(60_000, 900_000), phone.key))
    joined = {phone.key: phone.at for phone in told.phones}
    quiet = at_hour(add_days(today, HELP_ENDS - 3), 0), at_hour(add_days(today, HELP_ENDS + 2), 0)
    return [
        sync
        for sync in found
        if joined[sync.phone] < sync.at < now
        and not (sync.phone == "helper" and quiet[0] < sync.at < quiet[1])
    ]


def _two_phones(told: Telling, book: Book) -> None:
    """The rice household: husband and wife record on a phone each."""
    told.joins("hanh", -DAYS + 2)
    _is_helped(told, book, 60)
    for offset in (-20, -11, -3):
        for phone, hour in (("thanh", 21), ("hanh", 22)):
            book.sync(book.evening(offset, hour), phone)  # both know what the other wrote
    # settled by the reviewer: how much was harvested
    book.change("harvest", book.evening(-17, 7), {"quantity": {"amount": "13.8", "unit": "ta"}}, "thanh")
    book.change("harvest", book.evening(-17, 8), {"quantity": {"amount": "14", "unit": "ta"}}, "hanh")
    for phone in ("thanh", "hanh"):
        book.sync(book.evening(-16, 21), phone)
    book.sync(book.evening(-15, 8), "reviewer")
    book.change("harvest", book.evening(-15, 9), {"quantity": {"amount": "13.8", "unit": "ta"}}, "reviewer")
    book.sync(book.evening(-15, 10), "reviewer")
    # open: how much urea; and one voids what the other goes on correcting
    amounts = (("thanh", "10", 7), ("hanh", "6", 8))
    for phone, number, hour in amounts:
        book.change(
            "top", book.evening(-2, hour), {"line.total_used": {"amount": number, "unit": "kg"}}, phone
        )
    book.change("sold", book.evening(-2, 9), {"_deleted": True, "void_reason": "Ghi nhầm sổ"}, "thanh")
    book.change("sold", book.evening(-2, 10), {"quantity": {"amount": "195", "unit": "kg"}}, "hanh")
    for phone in ("thanh", "hanh"):
        book.sync(book.evening(-1, 20), phone)
    # a plain correction, seen by both
    book.change("mix", book.evening(-75), {"line.dose": {"amount": "18", "unit": "ml/binh"}}, "thanh")


def _void_the_double(_told: Telling, book: Book) -> None:
    """The vegetable household: a spraying was recorded twice, one is taken back; a harvest is corrected."""
    book.change("doubled", book.evening(-56, 6), {"_deleted": True, "void_reason": "Ghi hai lần"})
    book.change("harvest", book.evening(-24, 20), {"quantity": {"amount": "178", "unit": "kg"}})
    book.change("harvest", book.evening(-23, 20), {"grade": "Loại 1", "note": "Trừ bì"})


def _pens(told: Telling, book: Book) -> None:
    """The pig farm: husband and wife disagree on a day; two others correct the same treatment."""
    told.joins("loan", -60)
    for phone, hour in (("tuan", 21), ("loan", 22)):
        book.sync(book.evening(-5, hour), phone)
    book.change("fed", book.evening(-4, 7), {"happened_on": book.day(-7)}, "tuan")
    book.change("fed", book.evening(-4, 12), {"happened_on": book.day(-5)}, "loan")
    for phone in ("tuan", "loan"):
        book.sync(book.evening(-3, 20), phone)
    book.change("sick", book.evening(-46), {"note": "Gọi cán bộ thú y"}, "tuan")


def _waiting_phone(told: Telling, book: Book) -> None:
    """The old neighbour: a team member records for her; her grandson's new phone waits to be confirmed."""
    _team_member(told, book)
    told.joins("khoi", -4, confirm=True)
    for offset, activity in ((-3, "weed"), (-2, "check"), (-1, "support")):
        entry = {"form": "CT-07", "in": "later", "hour": 17, "values": {"activity": activity}}
        book.entry(entry, offset, phone="khoi", who="Trần Minh Khôi")


def _is_helped(told: Telling, book: Book, last: int | None) -> None:
    """Let the team member help a household, until noon of a day where one is given."""
    if "helper" not in {phone.key for phone in told.phones}:
        told.joins("helper", -DAYS)
    until = None if last is None else book.evening(last, 12)
    told.helps.append(Helping("helper", book.household.key, until))


def _team_member(told: Telling, book: Book) -> None:
    _is_helped(told, book, None)
    for offset in (-64, -43, -30, -13):
        entry = {"form": "CT-07", "in": "first", "hour": 15, "values": {"activity": "weed"}}
        book.entry(entry, offset, phone="helper", who=book.who, on_behalf_of=book.household.key)


def _help_that_ended(told: Telling, book: Book) -> None:
    """The greenhouse: the help ended on one day, two entries made before it came a few days later."""
    _is_helped(told, book, HELP_ENDS)
    for offset, activity in ((HELP_ENDS - 2, "prune"), (HELP_ENDS - 1, "clean")):
        entry = {"form": "CT-07", "in": "melon", "hour": 15, "values": {"activity": activity}}
        doc = book.entry(entry, offset, phone="helper", who=book.who, on_behalf_of=book.household.key)
        if activity == "prune" and doc:
            at = book.evening(-9, 9)
            uuid = ids.make_uuid7(at, book.rng.randbytes(10))
            book.sync(at - 3_600_000, "reviewer")
            book.events.append(Admit(at, "reviewer", book.household.key, doc, uuid))


def _asked_back(told: Telling, book: Book) -> None:
    """The neighbour whom the cooperative asks about one entry."""
    _is_helped(told, book, 40)
    at = book.evening(-3, 9)
    doc, uuid = book.docs["top"], ids.make_uuid7(at, book.rng.randbytes(10))
    book.sync(at - 3_600_000, "reviewer")
    comment = "Xin ghi rõ bón ở thửa nào, và chụp lại bao đạm."
    book.events.append(Ask(at, "reviewer", book.household.key, doc, uuid, comment))


def _no_phone(told: Telling, book: Book) -> None:
    """An old farmer without any phone: the team member records all of it."""
    _is_helped(told, book, 20)
    book.phone = "helper"
    book.read({**load_diary("rice"), "entries": []})
    for offset, activity in ((-58, "weed"), (-41, "check"), (-27, "weed"), (-8, "check")):
        entry = {"form": "CT-07", "in": "main", "hour": 16, "values": {"activity": activity}}
        book.entry(entry, offset, who=book.who, on_behalf_of=book.household.key)


def _silent(told: Telling, book: Book) -> None:
    """A phone that was last heard of days ago, and held some lines then."""
    _is_helped(told, book, None)


def _fresh(told: Telling, book: Book) -> None:
    """A household whose phone joined two days ago and has recorded nothing yet."""
    _is_helped(told, book, 88)
    told.joins(book.household.key, -2)


TROUBLES: Final[dict[str, Callable[[Telling, Book], None]]] = {
    "thanh": _two_phones, "huong": _void_the_double, "tuan": _pens, "man": _waiting_phone,
    "dung": _help_that_ended, "lua": _asked_back, "khoat": _no_phone, "binh": _silent, "mo": _fresh,
}  # fmt: skip
