"""What is told in the demo: bulletins with a storm among them, a month of prices, questions, proposals.

Played after the story. Prices are invented and say so; what is told of pests and weather is too.
"""

from __future__ import annotations

import json
import random
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import run_write
from server.demo import drawing
from server.demo.phones import DemoPhone
from server.models.bulletins import Bulletin, BulletinRead, Proposal
from server.models.people import Membership
from server.models.views import SeasonView
from server.services.bulletins import tellers_of
from server.services.viewing import make_current
from server.store import bulletins as rows
from sync.civil import add_days, ms_to_date
from sync.ids import make_uuid7
from sync.values import write_text

DAY_MS: Final = 86_400_000
MADE_UP: Final = "giá mẫu, không phải giá thật"
MARKETS: Final = ("Chợ Núi Đối", "Chợ đầu mối (mẫu)")
STORY: Final[dict[str, Any]] = json.loads(Path(__file__).with_name("news.json").read_text("utf-8"))


@dataclass
class Desk:
    """Who tells and asks: the commune's officer, the phones at hand, the farms by key."""

    commune: str
    officer: Membership
    members: dict[str, Membership]
    phones: dict[str, DemoPhone]
    farms: dict[str, str]
    now: int

    @property
    def today(self) -> str:
        """Return the civil date of the demo."""
        return ms_to_date(self.now)

    def uuid(self, back_ms: int = 0) -> str:
        """Return a fresh id."""
        return make_uuid7(self.now - back_ms, secrets.token_bytes(10))


def tell_news(desk: Desk) -> None:
    """Write bulletins and prices, let two households ask, answer one of them, and propose."""
    asked = _ask(desk)
    run_write(lambda session: _rows(session, desk, asked))


def _rows(session: Session, desk: Desk, asked: str) -> None:
    readers = [one.id for one in desk.members.values() if one.farm is not None]
    for number, told in enumerate(STORY["told"]):
        row = _bulletin(session, desk, told)
        for reader in readers[: 3 + 2 * number] if told["day"] < 0 else ():
            session.add(BulletinRead(bulletin=row, membership=reader, read_at=desk.now))
    if asked:
        more = {"kind": "answer", "day": -1, "runs": 60, "crops": ["tomato"], "question": asked}
        _bulletin(session, desk, STORY["answer"] | more)
    _prices(session, desk)
    _propose(session, desk)


def _bulletin(session: Session, desk: Desk, told: dict[str, Any]) -> str:
    """Publish a bulletin of the story: `day` from today, for so many days from today (`runs`)."""
    at = desk.now + told["day"] * DAY_MS - 3_600_000
    row = Bulletin(
        id=desk.uuid(),
        organisation=desk.commune,
        kind=told["kind"],
        title=told["title"],
        text=told["text"],
        urgent=told.get("urgent", False),
        is_public=True,
        starts_on=ms_to_date(at),
        ends_on=add_days(desk.today, told["runs"]),
        villages="[]",
        crops=write_text(told.get("crops", [])),
        roles="[]",
        state=rows.PUBLISHED,
        question=told.get("question"),
        written_by=desk.officer.id,
        changed_at=at,
        published_at=at,
    )
    session.add(row)
    session.flush()
    return row.id


def _prices(session: Session, desk: Desk) -> None:
    rng = random.Random(desk.today)  # noqa: S311 (a story, not a secret)
    for product, middle, unit in STORY["prices"]:
        for market in MARKETS[: 2 if product in ("tomato", "pig") else 1]:
            at = middle
            for back in range(28, -1, -2):
                at += rng.choice((-1, 0, 0, 1)) * max(200, middle // 40)
                low, high = at // 500 * 500, at * 11 // 10 // 500 * 500
                key: dict[str, object] = {
                    "organisation": desk.commune, "product": product, "market": market,
                    "day": add_days(desk.today, -back),
                }  # fmt: skip
                values: dict[str, object] = {
                    "low": low, "high": high, "unit": unit, "source": MADE_UP,
                    "written_by": desk.officer.id, "written_at": desk.now - back * DAY_MS,
                }  # fmt: skip
                rows.put_price(session, key, values)


def _propose(session: Session, desk: Desk) -> None:
    for said in STORY["proposals"]:
        member = desk.members.get(said["who"])
        if member is None:
            continue
        is_answered = bool(said["answer"])
        at = desk.now - (5 if is_answered else 1) * DAY_MS
        row = Proposal(
            id=desk.uuid(), commune=tellers_of(session, member.organisation)[-1], by=member.id,
            text=said["text"], state=said["state"], answer=said["answer"], made_at=at, received_at=at,
        )  # fmt: skip
        if is_answered:
            row.answered_by, row.answered_at = desk.officer.id, desk.now - DAY_MS
        session.add(row)


def _ask(desk: Desk) -> str:
    """Let households ask; return which question was answered, "" where nobody did."""
    answered = ""
    helper = desk.phones.get("extension")
    for said in STORY["questions"]:
        phone, farm = desk.phones.get(said["who"]), desk.farms.get(said["who"])
        if phone is None or farm is None:
            continue
        scope, at = f"farm:{farm}", desk.now - (2 if said["answer"] else 0) * DAY_MS - 7_200_000
        doc = f"question:{desk.uuid(desk.now - at)}"
        fields = {"happened_on": ms_to_date(at), "crop": said["product"]} | _season(scope, said["product"])
        phone.write(scope, doc, at, fields, {"text": said["text"]})
        shot = f"photo:{desk.uuid(desk.now - at)}"
        phone.take_photo(scope, shot, doc, at, "sick", drawing.draw(said["scene"], 7), drawing.SIZE)
        phone.sync(desk.now - 5_400_000)
        if said["answer"] and helper is not None:
            helper.sync(desk.now - 4_000_000)
            comment = f"comment:{desk.uuid(3_900_000)}"
            helper.write(scope, comment, desk.now - 3_900_000, {"of": doc}, {"text": said["answer"]})
            helper.sync(desk.now - 3_800_000)
            answered = f"{scope}/{doc}"
    return answered


def _season(scope: str, product: str) -> dict[str, Any]:
    """Return the running season of a product, where the household has one."""
    make_current([scope])

    def look(session: Session) -> str | None:
        query = select(SeasonView.doc).where(
            SeasonView.scope == scope, SeasonView.product == product, SeasonView.ended_on == ""
        )
        return session.scalar(query.limit(1))

    found = run_write(look)
    return {} if found is None else {"season": found}
