"""Requests: rows made in the field, settled at once where the sender has the right, else by a person.

The same id and values get the answer that the request has now; the id names the row too, so ops can speak
of it before the server has ever heard of it. One request never decides another's fate.
Source: WIRE "Requests"; DESIGN §2 "What is an op, and what is an ordinary row".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.config import current_settings
from server.db import DatabaseBusy, run_write
from server.errors import ServiceError
from server.models.people import Consent, Farm, Help, Membership, Person, Request, Village
from server.services import accounts, data_requests, rates, told_back
from server.services.request_values import (
    CHARS_MAX,
    NOT_YOURS,
    Declined,
    Refused,
    Sent,
    optional_of,
    text_of,
    uuid_of,
)
from server.store import erasures, people
from server.store.devices import Writer
from sync import ids, limits
from sync.rights import HELPERS, HOUSEHOLD, REQUESTS, may_ask, may_settle
from sync.values import Json, write_text

LONG_CHARS_MAX = {"proposal": told_back.PROPOSAL_CHARS}  # of kinds whose text a person writes at length
VOICE_CHARS_MAX = {("proposal", "voice"): told_back.VOICE_CHARS}
OWN_WORD = ("bulletins_read", "proposal")  # nobody decides about these
SECRETS = (
    "bank_account",
)  # what they say stands in its row alone: a decided request keeps none of it, nor of a voice
VALUES_MAX = 30
DAY_MS = 86_400_000
COLLISIONS_MAX = 5  # our choice; above, the phone comes again


@dataclass(frozen=True)
class Answer:
    """How one request stands: `row` where it is settled, `reason` where it is declined or refused."""

    result: str
    row: dict[str, Json] | None = None
    reason: str | None = None


def parse_requests(data: Mapping[str, object]) -> list[Sent | None]:
    """Return the requests of a body; one of the wrong shape is None and gets `refused` by itself.

    Raises: ServiceError: bad_request where there is no list, too_large above 100.
    """
    rows = data.get("requests")
    if not isinstance(rows, list):
        raise ServiceError("bad_request")
    if len(rows) > limits.REQUEST_ROWS_MAX:
        raise ServiceError("too_large")
    return [_parse(row) for row in rows]


def take(who: Writer, sent: Sequence[Sent | None], now: int) -> list[Answer]:
    """Return one answer each, in order.

    Raises: ServiceError: request_reused where an id came before with other values; too_many above a day's
            quota of new ones; what was settled before it in this list stays so, and gets the same answer
            again.
    """
    return [_take_one(who, one, now) for one in sent]


def _take_one(who: Writer, one: Sent | None, now: int) -> Answer:
    if one is None:
        return Answer("refused", reason="bad_request")
    text = write_text({name: one.values[name] for name in sorted(one.values)})

    def work(session: Session) -> Answer:
        known = people.request_of(session, one.id)
        if known is not None:
            is_same = known.values in (text, people.ERASED_VALUES)
            if known.kind != one.kind or not is_same or known.membership != who.membership:
                raise ServiceError("request_reused")
            return Answer(known.result, _row(session, known.kind, known.row), known.reason)
        try:
            result, reason = _decide(session, who, one, now)
        except Refused as error:
            return Answer("refused", reason=str(error))
        except Declined as error:
            result, reason = "declined", str(error)
        row = one.id if result == "settled" else None
        rates.count_request(session, who.device, now)
        is_elsewhere = (one.kind in SECRETS or "voice" in one.values) and result != "waiting"
        kept = people.ERASED_VALUES if is_elsewhere else text
        session.add(
            Request(
                id=one.id, organisation=who.organisation, kind=one.kind, made_at=one.made_at, values=kept,
                scope=f"farm:{one.id}" if one.kind == "farm" else None, membership=who.membership,
                device=who.device, received_at=now, result=result, reason=reason, row=row,
            )
        )  # fmt: skip
        session.flush()
        return Answer(result, _row(session, one.kind, row), reason)

    for _ in range(COLLISIONS_MAX):
        try:
            return run_write(work)
        except IntegrityError:  # the same id, or a farm's next code, was taken by another request meanwhile
            continue
    raise DatabaseBusy


def make_row(session: Session, who: Writer, one: Sent, now: int) -> None:
    """Make the row that was asked for, whatever right the asker has: a person decided. Raises: NotMade."""
    _MAKE[one.kind](session, who, one, now)
    session.flush()


def help_end(now: int) -> int:
    """Return when a right to help that begins now ends, where nobody said until when."""
    return now + current_settings().help_days * DAY_MS


def _parse(row: object) -> Sent | None:
    if not isinstance(row, dict):
        return None
    made_at, values = row.get("made_at"), row.get("values")
    if not isinstance(made_at, int) or isinstance(made_at, bool) or not isinstance(values, dict):
        return None
    if not ids.is_uuid(row.get("id")) or row.get("kind") not in REQUESTS:
        return None
    if not 0 <= made_at <= limits.INTEGER_MAX or len(values) > VALUES_MAX:
        return None
    kind = str(row["kind"])
    for name, value in values.items():
        most = VOICE_CHARS_MAX.get((kind, name)) or LONG_CHARS_MAX.get(kind, CHARS_MAX)
        if not (_is_text(name, CHARS_MAX) and _is_plain(value, most)):
            return None
    return Sent(row["id"], row["kind"], made_at, values)


def _is_plain(value: object, chars_max: int) -> bool:
    if isinstance(value, str):
        return _is_text(value, chars_max)
    if isinstance(value, int) and not isinstance(value, bool):
        return abs(value) <= limits.INTEGER_MAX
    return value is None


def _is_text(text: str, chars_max: int) -> bool:
    """Return whether a text is short and can be stored: no U+0000, no unpaired surrogate."""
    return len(text) <= chars_max and not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text)


def _decide(session: Session, who: Writer, one: Sent, now: int) -> tuple[str, str | None]:
    """Check the values, then make the row where the sender has the right; a waiting one makes none yet."""
    if not may_ask(who.role, one.kind) or not who.in_force or who.state == "revoked":
        raise Declined(NOT_YOURS)
    may = one.kind in OWN_WORD or (who.may_act and may_settle(who.role, one.kind))
    if one.kind == "membership" and who.role in HELPERS:
        may = may and one.values.get("farm") in people.helped_farms(session, who.membership, now)
    if one.kind in ("consent", "withdrawal") and who.role in HELPERS:
        may = may and _helps(session, who, one, now)
    if one.kind == "organisation":
        text_of(one, "name")
        return "waiting", None  # the commune decides on its page which cooperatives there are
    with session.begin_nested() as part:
        make_row(session, who, one, now)
        if not may:
            part.rollback()
            return "waiting", None
    return "settled", None


def _helps(session: Session, who: Writer, one: Sent, now: int) -> bool:
    """Return whether a consent is of somebody whom the helper helps today, or who belongs to no farm yet."""
    consent = session.get(Consent, uuid_of(one, "consent")) if one.kind == "withdrawal" else None
    person = one.values.get("person") if consent is None else consent.person
    farms = people.farms_of_person(session, str(person))
    return not farms or not farms.isdisjoint(people.helped_farms(session, who.membership, now))


def _make_farm(session: Session, who: Writer, one: Sent, now: int) -> None:
    if session.get(Farm, one.id) is not None:
        raise Declined("Mã hộ này đã có.")
    organisation = one.values.get("organisation") or who.organisation
    if not isinstance(organisation, str) or not _is_reached(session, who, organisation):
        raise Declined(NOT_YOURS)
    session.add(
        Farm(
            id=one.id,
            organisation=organisation,
            village=_village(session, one),
            code=people.next_farm_code(session, organisation),
            name=text_of(one, "name"),
            address=optional_of(one, "address"),
            created_at=now,
        )
    )
    session.flush()
    if who.role in HELPERS:
        # Who enrols a household goes on helping it, for a time or until the cooperative ends that.
        session.add(
            Help(farm=one.id, id=one.id, membership=who.membership, valid_from=now, valid_until=help_end(now))
        )


def _make_person(session: Session, who: Writer, one: Sent, now: int) -> None:
    if session.get(Person, one.id) is not None:
        raise Declined("Người này đã có.")
    row = Person(
        id=one.id,
        organisation=who.organisation,
        name=text_of(one, "name"),
        phone=optional_of(one, "phone"),
        village=_village(session, one),
        created_at=now,
    )
    if erasures.among(session, f"org:{who.organisation}", [f"{erasures.PERSON}{one.id}"]):
        people.erase_name(row, now)  # a restore forgot the row alone
    session.add(row)


def _make_membership(session: Session, who: Writer, one: Sent, now: int) -> None:
    person, farm = _person(session, who, one), _farm(session, who, one)
    role = text_of(one, "role")
    if role not in HOUSEHOLD:
        raise Declined("Vai trò này do hợp tác xã giao.")
    if people.find_membership(session, person.id, farm.organisation, farm.id) is not None:
        raise Declined("Người này đã là thành viên của hộ.")
    session.add(
        Membership(
            id=one.id,
            person=person.id,
            organisation=farm.organisation,
            farm=farm.id,
            role=role,
            valid_from=now,
        )
    )


def _make_help(session: Session, who: Writer, one: Sent, now: int) -> None:
    farm = _farm(session, who, one)
    helper = session.get(Membership, uuid_of(one, "membership"))
    if helper is None or helper.organisation != farm.organisation or helper.role not in HELPERS:
        raise Declined(NOT_YOURS)
    if who.role in HELPERS and helper.id != who.membership:
        raise Declined(NOT_YOURS)  # each asks for himself
    until = help_end(now) if one.values.get("valid_until") is None else one.values["valid_until"]
    if not isinstance(until, int):
        raise Refused("valid_until")
    session.add(Help(farm=farm.id, id=one.id, membership=helper.id, valid_from=now, valid_until=until))


def _make_consent(session: Session, who: Writer, one: Sent, _now: int) -> None:
    person = _person(session, who, one)
    session.add(
        Consent(
            id=one.id,
            person=person.id,
            purpose=text_of(one, "purpose", 40),
            text_version=text_of(one, "text_version", 40),
            means=text_of(one, "means", 40),
            given_at=one.made_at,
        )
    )


def _make_withdrawal(session: Session, who: Writer, one: Sent, _now: int) -> None:
    consent = session.get(Consent, uuid_of(one, "consent"))
    person = None if consent is None else session.get(Person, consent.person)
    if consent is None or person is None or not _reaches(session, who, person):
        raise Declined(NOT_YOURS)
    if consent.withdrawn_at is None:
        consent.withdrawn_at = one.made_at


def _make_data_request(session: Session, who: Writer, one: Sent, now: int) -> None:
    person, kind = _person(session, who, one), text_of(one, "kind", 20)
    if kind not in data_requests.DAYS:
        raise Refused("kind")
    if data_requests.is_open(session, person.id, kind):
        raise Declined("Đã xin rồi, hợp tác xã đang làm.")
    data_requests.enter(session, one.id, person, kind, "app", who.membership, now)


def _make_bulletins_read(session: Session, who: Writer, one: Sent, _now: int) -> None:
    if not told_back.keep_reads(session, who, one.values):
        raise Refused("values")


def _make_proposal(session: Session, who: Writer, one: Sent, now: int) -> None:
    said = one.values.get("voice")
    voice = None if said is None else told_back.read_voice(said, one.values.get("voice_seconds"))
    if said is not None and voice is None:
        raise Refused("voice")
    if voice is not None and not rates.may_speak(session, who.device, told_back.SPOKEN_PER_DAY, now):
        raise Declined("Hôm nay đã gửi nhiều lời ghi âm rồi: viết bằng chữ, hoặc mai nói tiếp.")
    text = "" if voice and not one.values.get("text") else text_of(one, "text", told_back.PROPOSAL_CHARS)
    if not told_back.propose(session, who, (one.id, one.made_at), text, voice, now):
        raise Refused("text")


def _make_nothing(_session: Session, _who: Writer, _one: Sent, _now: int) -> None:
    """Organisations are made by the commune's people."""


_MAKE: dict[str, Callable[[Session, Writer, Sent, int], None]] = {
    "organisation": _make_nothing,
    "farm": _make_farm,
    "person": _make_person,
    "membership": _make_membership,
    "help": _make_help,
    "consent": _make_consent,
    "withdrawal": _make_withdrawal,
    "data_request": _make_data_request,
    "bulletins_read": _make_bulletins_read,
    "proposal": _make_proposal,
    "bank_account": accounts.take_account,
}


def _person(session: Session, who: Writer, one: Sent) -> Person:
    person = people.standing_person(session, uuid_of(one, "person"))
    if person is None or not _reaches(session, who, person):
        raise Declined(NOT_YOURS)
    return person


def _reaches(session: Session, who: Writer, person: Person) -> bool:
    """Return whether the sender speaks for a person: staff for their organisation, others for themselves."""
    if who.role in HOUSEHOLD:
        return person.id == who.person
    return _is_reached(session, who, person.organisation)


def _is_reached(session: Session, who: Writer, organisation: str) -> bool:
    """Return whether an organisation is the sender's own or, for the commune's administrator, one below."""
    return organisation in people.organisations_of(session, who.role, who.organisation)


def _farm(session: Session, who: Writer, one: Sent) -> Farm:
    farm = session.get(Farm, uuid_of(one, "farm"))
    if farm is None or not _is_reached(session, who, farm.organisation):
        raise Declined(NOT_YOURS)
    return farm


def _village(session: Session, one: Sent) -> str | None:
    name = one.values.get("village")
    if name is None:
        return None
    village = session.get(Village, name) if isinstance(name, str) else None
    if village is None:
        raise Refused("village")
    return village.id


def _row(session: Session, kind: str, row: str | None) -> dict[str, Json] | None:
    """Return a settled row as it stands."""
    if row is None:
        return None
    if kind == "farm":
        farm = session.get(Farm, row)
        return (
            None
            if farm is None
            else {"id": farm.id, "code": farm.code, "name": farm.name, "village": farm.village}
        )
    if kind == "person":
        person = people.standing_person(session, row)
        return None if person is None else {"id": person.id, "name": person.name}
    if kind == "membership":
        member = session.get(Membership, row)
        return None if member is None else {"id": member.id, "role": member.role, "farm": member.farm}
    return {"id": row}
