"""Review: what one new entry costs a large farm until its findings are current, and a large inbox.

The farm's diary is pushed into the log and folded as always. The cooperative's other farms are copies of one
farm's rows, as the fold made them: signing 200,000 entries would measure nothing of this.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import cast

from sqlalchemy import Table, insert, literal, select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading, run_write
from server.models.findings import FindingView, JudgedScope, RecordKey
from server.models.log import Head
from server.models.people import Farm
from server.models.views import DocumentView, EntryPlot, EntryView, PhotoView, ViewHead
from server.services import cooperative, inbox, inbox_entry
from server.services.console import Staff, staff_of
from server.services.inbox import Wanted
from server.services.list_files import Line
from server.services.list_rows import read_rows
from server.services.list_versions import About, add_version, settle
from server.services.viewing import make_current
from server.store import devices, people
from tests.bench.diaries import Household, Made
from tests.bench.pull import append
from tests.bench.servers import bench_server
from tests.bench.table import Row, median_of
from tests.server.phones import Phone

COPIED = (DocumentView, EntryView, EntryPlot, PhotoView, RecordKey, FindingView, ViewHead, JudgedScope, Head)
PRODUCTS = ("Confidor 100SL", "Anvil 5SC", "Reasgant 3.6EC", "Validacin 5L")
TODAY = "2026-12-31"
PLOTS = 10  # our choice: what a household of the commune has at most


def rows(kind: str, entries: int, farms: int, each: int, runs: int) -> Iterator[Row]:
    """Yield the rows of one database: a farm of `entries`, and a cooperative of `farms` with `each`."""
    with bench_server(kind) as server:
        phone = server.phone("Bà Lụa", "Nhà Lụa")
        home = server.household(phone)
        fill_lists()
        plots = begin(home)
        append(home, entries_of(home, plots, entries))
        make_current([home.scope])
        group = f"findings, {kind}, a farm of {entries:,} entries on {PLOTS} plots"
        for what, form in (("a spraying", 0), ("a harvest", 1)):
            spent = [_one_more(home, plots, form) for _ in range(runs)]
            yield _ms(group, f"{what} more: folded, judged, committed", [wall for wall, _ in spent], 30)
            yield _ms(group, f"{what} more: the processor's part of it", [own for _, own in spent], 30)
    with bench_server(kind) as server:
        phone, reviewer = server.phone("Bà Lụa", "Nhà Lụa"), server.phone("Chị Hoa", None, "reviewer")
        home = server.household(phone)
        append(home, entries_of(home, begin(home), each))
        make_current([home.scope])
        run_write(lambda session: copy_farm(session, home.scope, farms - 1))
        yield from _inbox(kind, home, reviewer, farms * each, runs)


def _inbox(kind: str, home: Household, reviewer: Phone, entries: int, runs: int) -> Iterator[Row]:
    staff = staff_behind(reviewer)
    page = inbox.inbox_page(staff, Wanted())
    found = sum(page.counts.queues.values())
    assert found == entries, f"{found} of {entries} entries are in the inbox"
    group = f"inbox, {kind}, a cooperative of {entries:,} entries in {len(staff.farms)} farms"
    asked: list[tuple[str, Callable[[], object]]] = [
        ("opens", lambda: inbox.inbox_page(staff, Wanted())),
        ("its second page", lambda: inbox.inbox_page(staff, Wanted(), page.next)),
        ("only what is stopped", lambda: inbox.inbox_page(staff, Wanted(severity="stop"))),
        ("only one form, with a photo", lambda: inbox.inbox_page(staff, Wanted(form="CT-12", photo="yes"))),
        ("a hundred without findings, to sign", lambda: inbox.bulk(staff, Wanted())),
        ("how every farm stands", lambda: cooperative.cooperative_page(staff, "", 1, now_ms(), TODAY)),
    ]
    farm = staff.farms[home.scope]  # the others have no log behind their rows
    uuid = inbox.inbox_page(staff, Wanted(farm=farm.id)).lines[0].line.uuid
    asked.append(("the page of one entry", lambda: inbox_entry.entry_page(staff, farm, uuid, Wanted())))
    for what, work in asked:
        yield _ms(group, what, [_timed(work) for _ in range(runs)], 200)


def copy_farm(session: Session, scope: str, copies: int) -> None:
    """Give the farm's organisation so many farms more, with the same rows in their views."""
    first = session.get_one(Farm, scope.partition(":")[2])
    for place in range(copies):
        farm = f"019a0000-0000-7000-b000-{place:012d}"
        session.add(
            Farm(id=farm, organisation=first.organisation, village=first.village, code=f"B{place:04}",
                 name=f"Hộ {place}", created_at=0)
        )  # fmt: skip
        for model in COPIED:
            table = cast(Table, model.__table__)
            columns = [literal(f"farm:{farm}") if one.name == "scope" else one for one in table.columns]
            copied = select(*columns).where(table.c.scope == scope)
            session.execute(insert(table).from_select([one.name for one in table.columns], copied))


def staff_behind(phone: Phone) -> Staff:
    """Return the staff member behind a browser's key, as pages know him."""
    with reading() as session:
        writer = devices.writer(session, phone.key.device)
        assert writer is not None
        return staff_of(writer, devices.scopes_of(session, writer), "entries")


def begin(home: Household) -> list[str]:
    """Record the farm's plots and a season on all of them; return the plots."""
    made = [home.write("plot", {"kind": "field", "name": f"Thửa {place}"}) for place in range(PLOTS)]
    plots = [one.doc for one in made]
    append(home, [*made, home.begin_season(plots)])
    return plots


def fill_lists() -> None:
    """Let a list of what the diary's sprayings use count for the commune, with what labels say of rice."""
    cells = {"active": "Hoạt chất", "crop": "lúa", "dose": "20 - 40 ml/bình", "phi": "7", "pest": "rầy nâu"}
    found = read_rows("pesticide", [Line(n + 1, {"name": name, **cells}) for n, name in enumerate(PRODUCTS)])
    about = About("pesticide", "Danh mục bịa ra", "R", "2025-01-01", is_whole=True)
    with reading() as session:
        commune = people.organisations(session)[0].id

    def work(session: Session) -> None:
        settle(session, add_version(session, commune, about, found, now_ms(), None), now_ms(), None)

    run_write(work)


def entries_of(home: Household, plots: list[str], count: int) -> Iterator[Made]:
    """Make entries of a diary: of ten, three sprayings, one harvest, one purchase, five of other work."""
    for place in range(count):
        home.clock += 40 * 60_000
        yield home.write("entry", _fields(home, plots, place % 10))


def _fields(home: Household, plots: list[str], kind: int) -> dict[str, object]:
    day = f"2026-{home.random.randint(1, 12):02}-{home.random.randint(1, 28):02}"
    fields: dict[str, object] = {"form_version": 1, "happened_on": day, "plots": [home.random.choice(plots)]}
    product = home.random.choice(PRODUCTS)
    line = {"product": product, "dose": {"amount": "30", "unit": "ml/binh"}, "phi_kind": "days"}
    if kind in (0, 3, 6):
        told = line | {"phi_days": home.random.randint(3, 14), "total_used": {"amount": "60", "unit": "ml"}}
        fields |= {"form": "CT-10", "season": home.season, "target_pest": "Rầy nâu"}
        return fields | {f"line.abcdefgh.{name}": value for name, value in told.items()}
    if kind == 1:
        quantity = {"amount": str(home.random.randint(1, 9)), "unit": "ta"}
        return fields | {"form": "CT-12", "season": home.season, "quantity": quantity}
    if kind == 4:
        del fields["plots"]
        bought = {"product": product, "quantity": {"amount": "100", "unit": "ml"}, "input_type": "pesticide"}
        return fields | {
            "form": "CT-03",
            **{f"line.abcdefgh.{name}": value for name, value in bought.items()},
        }
    return fields | {"form": "CT-09", "season": home.season, "pest_kind": "insect", "severity": 2}


def _one_more(home: Household, plots: list[str], kind: int) -> tuple[float, float]:
    """Return how long the findings take to hold one entry more, which is in the log, and of it our own time.

    Shape:  the second leaves out what the disk, the database's process and busy neighbours take.
    """
    home.clock += 60_000
    append(home, [home.write("entry", _fields(home, plots, kind))])
    own = time.process_time()
    wall = _timed(lambda: make_current([home.scope]))
    return wall, time.process_time() - own


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _ms(group: str, what: str, seconds: list[float], goal: int) -> Row:
    value, spread = median_of([1000 * one for one in seconds])
    return Row(group, what, value, "ms", f"≤ {goal}", "", spread, value <= goal)
