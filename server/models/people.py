"""Ordinary rows: who belongs where, what they agreed to, what was asked from the field.

These are not ops: a farmer's production stands without them, and a person can be erased here
while the signed record stays. Times are whole milliseconds since 1970, UTC, as in the log.
Source: DESIGN §2 "What is an op, and what is an ordinary row".
"""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base

UUID_CHARS = 36


class Organisation(Base):
    """The commune, a cooperative (HTX) or a cooperative group (tổ hợp tác) of it.

    `four_eyes`: two reviewers approve what the rules doubt; `address`: as trace pages say it.
    """

    __tablename__ = "organisations"

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    parent: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"))
    created_at: Mapped[int] = mapped_column(BigInteger)
    four_eyes: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    address: Mapped[str | None] = mapped_column(String(300))


class Village(Base):
    """A village (thôn) of a commune. `near_lat`, `near_lng`: where it lies, in hundredths of a degree."""

    __tablename__ = "villages"
    __table_args__ = (Index("villages_name", "commune", "name", unique=True),)

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    commune: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    name: Mapped[str] = mapped_column(String(100))
    near_lat: Mapped[int | None] = mapped_column(Integer)
    near_lng: Mapped[int | None] = mapped_column(Integer)


class Person(Base):
    """A person as the organisation that registered them knows them.

    `merged_into`: this row was a duplicate of that one; it stays, for a phone may still speak of it.
    `erased_at`: ms; what names the person is gone for good, and is not given again.
    """

    __tablename__ = "persons"
    __table_args__ = (Index("persons_organisation", "organisation"),)

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(30))
    village: Mapped[str | None] = mapped_column(ForeignKey("villages.id"))
    created_at: Mapped[int] = mapped_column(BigInteger)
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    erased_at: Mapped[int | None] = mapped_column(BigInteger)


class Farm(Base):
    """A producing household or firm; it belongs to exactly one organisation at a time."""

    __tablename__ = "farms"
    __table_args__ = (Index("farms_code", "organisation", "code", unique=True),)

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    village: Mapped[str | None] = mapped_column(ForeignKey("villages.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str | None] = mapped_column(String(300))
    demo: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[int] = mapped_column(BigInteger)


class Membership(Base):
    """One person's role in one farm, or in one organisation; never deleted, only ended.

    `organisation` is always set: for a farm's member it is the organisation that enrolled them, in whose log
    their devices are; a farm that moves leaves it as it is. `farm` is null for staff. `merged_into`: the
    person's other membership of the same place, after two rows of one person became one; this one goes on,
    for a phone signs with it.
    """

    __tablename__ = "memberships"
    __table_args__ = (
        Index("memberships_organisation", "organisation", "role"),
        Index("memberships_farm", "farm"),
        Index("memberships_person", "person"),
    )

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    farm: Mapped[str | None] = mapped_column(ForeignKey("farms.id"))
    role: Mapped[str] = mapped_column(String(20))
    valid_from: Mapped[int] = mapped_column(BigInteger)
    valid_until: Mapped[int | None] = mapped_column(BigInteger)
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("memberships.id"))


class HelperVillage(Base):
    """A village whose households a helper sees by name; without any, the village of the helper's own row."""

    __tablename__ = "helper_villages"

    membership: Mapped[str] = mapped_column(ForeignKey("memberships.id"), primary_key=True)
    village: Mapped[str] = mapped_column(ForeignKey("villages.id"), primary_key=True)


class Help(Base):
    """The right of a team member or extension officer to record for one farm, until a time."""

    __tablename__ = "helps"
    __table_args__ = (Index("helps_membership", "membership"),)

    farm: Mapped[str] = mapped_column(ForeignKey("farms.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    membership: Mapped[str] = mapped_column(ForeignKey("memberships.id"))
    valid_from: Mapped[int] = mapped_column(BigInteger)
    valid_until: Mapped[int | None] = mapped_column(BigInteger)


class FarmMove(Base):
    """A farm on its way to another organisation: offered by the one, taken by the other.

    `state`: offered, accepted, declined or withdrawn.
    """

    __tablename__ = "farm_moves"
    __table_args__ = (
        Index("farm_moves_farm", "farm", "state"),
        Index("farm_moves_to", "to_organisation", "state"),
        Index("farm_moves_from", "from_organisation", "state"),
    )

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    farm: Mapped[str] = mapped_column(ForeignKey("farms.id"))
    from_organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    to_organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    state: Mapped[str] = mapped_column(String(10))
    offered_by: Mapped[str] = mapped_column(ForeignKey("memberships.id"))
    offered_at: Mapped[int] = mapped_column(BigInteger)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("memberships.id"))
    decided_at: Mapped[int | None] = mapped_column(BigInteger)


class Consent(Base):
    """What a person agreed to, how it was given, and when it was taken back."""

    __tablename__ = "consents"
    __table_args__ = (Index("consents_person", "person"),)

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    purpose: Mapped[str] = mapped_column(String(40))
    text_version: Mapped[str] = mapped_column(String(40))
    means: Mapped[str] = mapped_column(String(40))
    given_at: Mapped[int] = mapped_column(BigInteger)
    withdrawn_at: Mapped[int | None] = mapped_column(BigInteger)


class Request(Base):
    """A request for rows, as it came, with the answer that it has now."""

    __tablename__ = "requests"
    __table_args__ = (Index("requests_waiting", "organisation", "result"),)

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    organisation: Mapped[str] = mapped_column(String(UUID_CHARS))
    kind: Mapped[str] = mapped_column(String(20))
    made_at: Mapped[int] = mapped_column(BigInteger)
    values: Mapped[str] = mapped_column(Text)  # the JSON text with its members in order
    scope: Mapped[str | None] = mapped_column(String(50), index=True)  # whose ops wait for it
    membership: Mapped[str] = mapped_column(String(UUID_CHARS))
    device: Mapped[str] = mapped_column(String(32))
    received_at: Mapped[int] = mapped_column(BigInteger)
    result: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(300))
    row: Mapped[str | None] = mapped_column(String(UUID_CHARS))


class Product(Base):
    """A product of the commune's reference list (rice, pigs, shrimp …)."""

    __tablename__ = "products"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    sector: Mapped[str] = mapped_column(String(20))
    name_vi: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(100))
    position: Mapped[int] = mapped_column(Integer)
    details: Mapped[str | None] = mapped_column(Text)  # JSON: verb, icon, units, varieties …, for the phone
