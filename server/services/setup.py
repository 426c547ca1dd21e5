"""The first steps of a server: the operator's key, the log's name, the commune, the first cooperative.

Done once, on the command line; done again it only makes a key of reminders where there is none. The
operator's key is made before the rows, so a cut between the two leaves a key that the next run takes, never
rows whose key nobody has.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from server.config import Settings, current_settings
from server.db import reading, run_write
from server.errors import ServiceError
from server.models.people import Membership, Organisation, Person, Village
from server.store import log, operator, people, push_key
from sync import ids
from sync.rights import OPERATOR, actors, needs_until
from sync.values import Json, write_text

DATA = Path(__file__).parent.parent / "data"
PRODUCTS = DATA / "products.json"
AREAS = DATA / "villages.json"


@dataclass(frozen=True)
class SetUp:
    """What `flask setup` made or found. `manager` is the membership to send the first staff link to."""

    origin: str
    commune: str
    cooperative: str
    manager: str
    was_there: bool


def set_up(
    commune_name: str,
    cooperative_name: str,
    administrator_name: str,
    village_names: Sequence[str],
    now: int,
) -> SetUp:
    """Return the server's organisations, made now or before.

    Raises: OperatorKeyMissing where rows are there and the key is not: a second key would orphan every
            device that the first one invited.
    """
    with reading() as session:
        there = people.is_set_up(session)
    if not there and operator.public_key() is None:
        operator.make_private()
    operator.load_private()  # refuses here, before anything is changed
    if push_key.FILES.public_key() is None:
        push_key.FILES.make()
    return run_write(
        lambda session: (
            _find(session)
            if people.is_set_up(session)
            else _make(session, commune_name, cooperative_name, administrator_name, village_names, now)
        )
    )


def check_operator() -> None:
    """Refuse to serve a database that was set up when the operator's public key is not here.

    Raises: OperatorKeyMissing.
    Source: faults.md 113.
    """
    if operator.public_key() is not None:
        return
    with reading() as session:
        there = people.has_tables(session) and people.is_set_up(session)
    if there:
        raise operator.OperatorKeyMissing(
            f"{operator.PUBLIC} is missing in DATA_DIR, and this database was made with one: bring it back"
        )


def area_names() -> list[str]:
    """Return the names of the commune's areas in the seed list: former units, not verified."""
    return [str(row["name"]["vi"]) for row in json.loads(AREAS.read_text("utf-8"))["areas"]]


def load_products() -> int:
    """Return how many products of the reference list stand in the table now."""
    rows = [_product(row) for row in json.loads(PRODUCTS.read_text("utf-8"))["products"]]
    run_write(lambda session: people.put_products(session, rows))
    return len(rows)


def make_origin(settings: Settings) -> str:
    """Return the log's name: the setting, or the public host and eight random characters."""
    if settings.origin is not None:
        if not ids.is_origin(settings.origin):
            raise ValueError("ORIGIN: 1–100 characters of a-z 0-9 . - /")
        return settings.origin
    host = re.sub(r"[^a-z0-9.-]", "", (urlsplit(settings.public_url).hostname or "localhost").lower())
    return f"{host[:80]}/{secrets.token_hex(4)}"


def new_id(now: int) -> str:
    """Return a fresh UUIDv7."""
    return ids.make_uuid7(now, secrets.token_bytes(10))


def add_organisation(
    session: Session, kind: str, name: str, parent: str | None, now: int, known_id: str | None = None
) -> Organisation:
    """Add an organisation together with the operator's membership in it."""
    made = Organisation(id=known_id or new_id(now), kind=kind, name=name, parent=parent, created_at=now)
    session.add(made)
    session.flush()
    person = Person(id=new_id(now), organisation=made.id, name="Người vận hành máy chủ", created_at=now)
    session.add(person)
    session.flush()
    add_membership(session, person.id, made.id, None, OPERATOR, now)
    return made


def add_membership(
    session: Session,
    person: str,
    organisation: str,
    farm: str | None,
    role: str,
    now: int,
    until: int | None = None,
) -> Membership:
    """Add a membership that holds from now on.

    Raises: ServiceError(bad_values): without an end for a role that must have one.
    """
    if until is None and needs_until(role):
        raise ServiceError("bad_values", "valid_until")
    made = Membership(
        id=new_id(now),
        person=person,
        organisation=organisation,
        farm=farm,
        role=role,
        valid_from=now,
        valid_until=until,
    )
    session.add(made)
    session.flush()
    return made


def _make(
    session: Session,
    commune_name: str,
    cooperative_name: str,
    administrator_name: str,
    village_names: Sequence[str],
    now: int,
) -> SetUp:
    origin = make_origin(current_settings())
    log.set_origin(session, origin)
    commune = add_organisation(session, "commune", commune_name, None, now)
    cooperative = add_organisation(session, "cooperative", cooperative_name, commune.id, now + 1)
    person = Person(id=new_id(now), organisation=commune.id, name=administrator_name, created_at=now)
    session.add(person)
    session.flush()
    add_membership(session, person.id, commune.id, None, "administrator", now)
    manager = add_membership(session, person.id, cooperative.id, None, "manager", now)
    for name in village_names:
        session.add(Village(id=new_id(now), commune=commune.id, name=name))
    return SetUp(origin, commune.id, cooperative.id, manager.id, was_there=False)


def _find(session: Session) -> SetUp:
    commune = people.organisations(session)[0]
    cooperative = people.find_organisation(session, None) or commune
    managers = people.members_where(
        session, Membership.organisation == cooperative.id, Membership.role.in_(actors("give_role"))
    )
    origin = log.origin(session)
    return SetUp(origin, commune.id, cooperative.id, managers[0].membership.id, was_there=True)


def _product(row: dict[str, Json]) -> dict[str, str]:
    """Return a row of the table: what the server itself reads in columns, the rest as one text."""
    name = row["name"]
    names = name if isinstance(name, dict) else {"vi": name, "en": name}
    details = {one: value for one, value in row.items() if one not in ("code", "sector", "name")}
    return {
        "code": str(row["code"]),
        "sector": str(row["sector"]),
        "name_vi": str(names["vi"]),
        "name_en": str(names["en"]),
        "details": write_text(details),
    }
