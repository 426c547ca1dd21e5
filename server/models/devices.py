"""Devices as the log's `device:` documents tell them, and what proves a device's session.

`DeviceRow` is a view: `store.devices.refold` makes it from the document's ops alone, apart from
the columns named in `DeviceSeen`, which are not in the log and may be lost.
Source: DESIGN §3 "Who signs", "Device session"; WIRE "Joining", "Device session".
"""

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class DeviceRow(Base):
    """One device of a device document: invited, waiting, confirmed or revoked.

    `place` 0 is the first that joined, or the invitation while nobody has; a person let the later ones in.
    """

    __tablename__ = "devices"
    __table_args__ = (
        Index("devices_device", "device"),
        Index("devices_doc", "doc"),
        Index("devices_membership", "membership"),
    )

    scope: Mapped[str] = mapped_column(String(50), primary_key=True)
    doc: Mapped[str] = mapped_column(String(80), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True, server_default="0")
    device: Mapped[str | None] = mapped_column(String(32))
    key: Mapped[str | None] = mapped_column(String(87))
    membership: Mapped[str] = mapped_column(String(36))
    kind: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    confirm: Mapped[bool] = mapped_column(Boolean)
    secret_hash: Mapped[str] = mapped_column(String(43))
    code_hash: Mapped[str | None] = mapped_column(String(43))
    expires_at: Mapped[int] = mapped_column(BigInteger)
    invited_by: Mapped[str] = mapped_column(String(32))
    invite_op: Mapped[str] = mapped_column(String(43))
    join_op: Mapped[str | None] = mapped_column(String(43))
    joined_seq: Mapped[int | None] = mapped_column(BigInteger)
    revoked_seq: Mapped[int | None] = mapped_column(BigInteger)
    passkey: Mapped[str | None] = mapped_column(
        String(80)
    )  # that let the device in, in an invitation's place


class DeviceSeen(Base):
    """What the server noticed of a device: not in the log."""

    __tablename__ = "devices_seen"

    device: Mapped[str] = mapped_column(String(32), primary_key=True)
    last_seen: Mapped[int | None] = mapped_column(BigInteger)
    phone: Mapped[str | None] = mapped_column(Text)  # the phone's last report, JSON
    copied: Mapped[bool] = mapped_column(Boolean, default=False)


class DeviceSession(Base):
    """A session: only the SHA-256 of its token is kept."""

    __tablename__ = "device_sessions"
    __table_args__ = (Index("device_sessions_device", "device"),)

    token_hash: Mapped[str] = mapped_column(String(43), primary_key=True)
    device: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)


class Nonce(Base):
    """A challenge that waits for its one answer."""

    __tablename__ = "nonces"

    nonce_hash: Mapped[str] = mapped_column(String(43), primary_key=True)
    device: Mapped[str] = mapped_column(String(32))
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)


class InviteTry(Base):
    """Wrong secrets and codes against one invite id, whether it exists or not."""

    __tablename__ = "invite_tries"

    invite: Mapped[str] = mapped_column(String(36), primary_key=True)
    tries: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[int] = mapped_column(BigInteger, index=True)


class RateCount(Base):
    """How often something happened in one window of time: app processes keep no state."""

    __tablename__ = "rate_counts"

    bucket: Mapped[str] = mapped_column(String(20), primary_key=True)
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    window: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
