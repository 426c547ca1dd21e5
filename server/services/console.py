"""Who stands at the cooperative's pages: the staff member behind a browser's session, and whose farms.

Which pages a role sees is asked of the table of rights: for others they do not exist.
Which farms a page may show is asked here once, and every other look-up of the console takes the answer.
Source: DESIGN §1, §3 "Who signs"; reference table "Document types × scope × who may write".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.db import reading
from server.errors import ServiceError
from server.models.devices import DeviceRow
from server.models.people import Farm, Membership, Village
from server.store import people
from server.store.devices import Writer
from sync import ids
from sync.rights import ACTS, may_act, may_see, may_write, reads_of


@dataclass(frozen=True)
class FarmName:
    """A farm as pages name it."""

    id: str
    code: str
    name: str
    village: str

    @property
    def scope(self) -> str:
        """Return the farm's log."""
        return f"farm:{self.id}"


@dataclass(frozen=True)
class Staff:
    """A staff member at a browser. `farms`: of the own organisation, by scope, in the order of codes.

    Shape:  `organisations`: whose people and devices he reaches, his own first (the commune's administrator:
            those below it, too).
    """

    device: str
    membership: str
    name: str
    role: str
    organisation: str
    organisation_name: str
    farms: Mapping[str, FarmName]
    organisations: tuple[str, ...]

    @property
    def org_scope(self) -> str:
        """Return the organisation's own log."""
        return f"org:{self.organisation}"

    @property
    def org_scopes(self) -> list[str]:
        """Return the logs of the organisations whose devices this person reaches."""
        return [f"org:{one}" for one in self.organisations]

    @property
    def scopes(self) -> list[str]:
        """Return every log that the console shows."""
        return [*self.farms, self.org_scope]

    def may_see(self, page: str) -> bool:
        """Return whether a page is there for this person."""
        return may_see(self.role, page)

    def may_act(self, act: str) -> bool:
        """Return whether this person may change rows by an act."""
        return may_act(self.role, act)

    @property
    def may_settle(self) -> bool:
        """Return whether this person may write to entries, plots and seasons."""
        return may_write(self.role, "farm", "entry", is_first=False)

    @property
    def only_reads(self) -> bool:
        """Return whether nothing can be changed or written by this person."""
        changing = (act for act in ACTS if not act.startswith(("see_", "export_")))
        return not self.may_settle and not any(map(self.may_act, changing))

    @property
    def may_admit(self) -> bool:
        """Return whether this person may admit what is held."""
        return may_write(self.role, "farm", "admission", is_first=True)

    def farm(self, farm: str) -> FarmName:
        """Return one of the farms by its id. Raises: ServiceError(not_found), for a foreign one too."""
        found = self.farms.get(f"farm:{farm}")
        if found is None:
            raise ServiceError("not_found")
        return found


@dataclass(frozen=True)
class Who:
    """A membership as pages name it; `farm` is None for staff."""

    name: str
    role: str
    farm: str | None


def staff_of(writer: Writer, scopes: Mapping[str, bool], page: str) -> Staff:
    """Return the staff member behind a session, who asks for a page.

    Raises: ServiceError: no_right for anybody who has not that page; not_confirmed while the browser waits.
    """
    if not may_see(writer.role, page) or not writer.in_force or writer.kind != "browser":
        raise ServiceError("no_right")
    if writer.state != "confirmed":
        raise ServiceError("not_confirmed")
    with reading() as session:
        me = people.member(session, writer.membership)
        if me is None:
            raise ServiceError("no_right")
        villages = {one.id: one.name for one in session.scalars(select(Village))}
        helped = (
            [ids.split_ref(scope)[1] for scope in scopes] if reads_of(writer.role).farms == "helped" else []
        )
        is_theirs = (Farm.organisation == writer.organisation) | Farm.id.in_(helped)
        query = select(Farm).where(is_theirs).order_by(Farm.code, Farm.id)
        farms = [
            FarmName(farm.id, farm.code, farm.name, villages.get(farm.village or "", ""))
            for farm in session.scalars(query)
        ]
        organisations = people.organisations_of(session, writer.role, writer.organisation)
    return Staff(
        device=writer.device,
        membership=writer.membership,
        name=me.person.name,
        role=writer.role,
        organisation=writer.organisation,
        organisation_name=me.organisation.name,
        farms={farm.scope: farm for farm in farms if farm.scope in scopes},
        organisations=tuple(organisations),
    )


def names_of(session: Session, staff: Staff, memberships: Iterable[str]) -> dict[str, Who]:
    """Return who stands behind memberships of the staff's organisations and farms; others stay unnamed.

    Shape:  in a farm that came from another organisation people go on with the membership they had.
    """
    wanted = sorted(set(memberships))
    if not wanted:
        return {}
    farms = select(Farm.id).where(Farm.organisation.in_(staff.organisations))
    is_ours = or_(Membership.organisation.in_(staff.organisations), Membership.farm.in_(farms))
    found = people.members_where(session, Membership.id.in_(wanted), is_ours)
    return {
        one.membership.id: Who(one.person.name, one.membership.role, one.membership.farm) for one in found
    }


def labels_of(session: Session, staff: Staff, devices: Collection[str]) -> dict[str, str]:
    """Return what the devices of the organisation are called."""
    query = select(DeviceRow.device, DeviceRow.label).where(
        DeviceRow.scope.in_(staff.org_scopes), DeviceRow.device.in_(sorted(set(devices)))
    )
    return {str(device): label for device, label in session.execute(query)}


def check_uuid(text: str) -> str:
    """Return an id that came in an address. Raises: ServiceError(not_found) for what is none."""
    if not ids.is_uuid(text):
        raise ServiceError("not_found")
    return text
