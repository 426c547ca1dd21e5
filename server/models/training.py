"""Training: teams by village, sessions as they are planned and held, and who came as the log tells of it.

Teams and sessions are ordinary rows; who came is a document of an organisation's log, and
`AttendanceView` its view.
Source: DESIGN §2 "What is an op, and what is an ordinary row"; PROTOCOL §40; sync/attendance.
"""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.models.log import SCOPE_CHARS
from server.models.people import UUID_CHARS
from server.models.views import CODE_CHARS, DOC_CHARS

NAME_CHARS = 200
NUMBER_CHARS = 60
NOTE_CHARS = 1000
DATE_CHARS = 10
TIME_CHARS = 5


class Team(Base):
    """A Community Digital Technology Team (Tổ Công nghệ số cộng đồng) of a village. `state`: active, ended.

    Shape:  `decision_no`, `decided_on`: of the decision that set it up, "" where nobody wrote it down.
    """

    __tablename__ = "teams"
    __table_args__ = (Index("teams_organisation", "organisation", "village"),)

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    village: Mapped[str] = mapped_column(ForeignKey("villages.id"))
    name: Mapped[str] = mapped_column(String(NAME_CHARS))
    decision_no: Mapped[str] = mapped_column(String(NUMBER_CHARS))
    decided_on: Mapped[str] = mapped_column(String(DATE_CHARS))
    state: Mapped[str] = mapped_column(String(10))
    changed_by: Mapped[str | None] = mapped_column(ForeignKey("memberships.id"))
    changed_at: Mapped[int] = mapped_column(BigInteger)


class TeamMember(Base):
    """Somebody of a team, by a membership of theirs. `role`: lead or member; days civil, "" for no end."""

    __tablename__ = "team_members"

    team: Mapped[str] = mapped_column(ForeignKey("teams.id"), primary_key=True)
    membership: Mapped[str] = mapped_column(ForeignKey("memberships.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(10))
    since: Mapped[str] = mapped_column(String(DATE_CHARS))
    until: Mapped[str] = mapped_column(String(DATE_CHARS))


class Training(Base):
    """A session. `kind`: digital, ecommerce, public_services, technique or other; `topic`: in words.

    Shape:  `held_by`: team (then `team`), farmers_union, extension, cooperative, women_union, youth_union,
            office or other; `starts_at`, `ends_at`: HH:MM or ""; `state`: planned, held, cancelled;
            `plan_count`: how many are expected, None where nobody said.
    """

    __tablename__ = "trainings"
    __table_args__ = (Index("trainings_organisation", "organisation", "happened_on"),)

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[str] = mapped_column(String(CODE_CHARS))
    topic: Mapped[str] = mapped_column(String(NAME_CHARS))
    held_by: Mapped[str] = mapped_column(String(CODE_CHARS))
    team: Mapped[str | None] = mapped_column(ForeignKey("teams.id"))
    village: Mapped[str | None] = mapped_column(ForeignKey("villages.id"))
    place: Mapped[str] = mapped_column(String(NAME_CHARS))
    happened_on: Mapped[str] = mapped_column(String(DATE_CHARS))
    starts_at: Mapped[str] = mapped_column(String(TIME_CHARS))
    ends_at: Mapped[str] = mapped_column(String(TIME_CHARS))
    state: Mapped[str] = mapped_column(String(10))
    plan_count: Mapped[int | None] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str | None] = mapped_column(ForeignKey("memberships.id"))
    changed_at: Mapped[int] = mapped_column(BigInteger)


class AttendanceView(Base):
    """One attendance, folded from its document. Texts are "" where it says nothing of use.

    Shape:  `farm`: with its `farm:`; `training`, `membership`, `organisation` (one that is trained): UUIDs,
            not looked up; `kind`: the session's as the phone knew it; `how`: scan or list.
    """

    __tablename__ = "view_attendances"
    __table_args__ = (
        Index("view_attendances_training", "training"),
        Index("view_attendances_farm", "farm"),
    )

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    doc: Mapped[str] = mapped_column(String(DOC_CHARS), primary_key=True)
    training: Mapped[str] = mapped_column(String(UUID_CHARS))
    farm: Mapped[str] = mapped_column(String(SCOPE_CHARS))
    membership: Mapped[str] = mapped_column(String(UUID_CHARS))
    organisation: Mapped[str] = mapped_column(String(UUID_CHARS))
    kind: Mapped[str] = mapped_column(String(CODE_CHARS))
    how: Mapped[str] = mapped_column(String(10))
    happened_on: Mapped[str] = mapped_column(String(DATE_CHARS))
    by: Mapped[str] = mapped_column(String(UUID_CHARS))
    received_at: Mapped[int] = mapped_column(BigInteger)
    is_deleted: Mapped[bool] = mapped_column(Boolean)
