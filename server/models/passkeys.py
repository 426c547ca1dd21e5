"""Passkeys as the log's `passkey:` documents tell them, what proves a person at the web pages, and step-up.

`PasskeyRow` is a view (`store.passkeys.refold`). What is noticed of a passkey, challenges, and sessions of
the console are no part of the log and may be lost; `AssertionRow` stands beside ops of the log as it came.
Source: DESIGN §3 "Who signs"; PROTOCOL §27.
"""

from sqlalchemy import BigInteger, Boolean, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class PasskeyRow(Base):
    """One passkey of one membership; `ended_seq` once it was ended, and it never lives again."""

    __tablename__ = "passkeys"
    __table_args__ = (
        Index("passkeys_credential", "credential"),
        Index("passkeys_made_by", "made_by"),
        Index("passkeys_membership", "membership"),
    )

    scope: Mapped[str] = mapped_column(String(50), primary_key=True)
    doc: Mapped[str] = mapped_column(String(80), primary_key=True)
    credential: Mapped[str] = mapped_column(String(1400))
    public_key: Mapped[str] = mapped_column(Text)  # COSE, base64url
    label: Mapped[str] = mapped_column(String(200))
    transports: Mapped[str] = mapped_column(Text)  # JSON: a list of texts
    membership: Mapped[str] = mapped_column(String(36))
    made_by: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[int] = mapped_column(BigInteger)
    made_seq: Mapped[int] = mapped_column(BigInteger)
    ended_seq: Mapped[int | None] = mapped_column(BigInteger)


class PasskeySeen(Base):
    """What the server noticed of a credential. `suspended`: its counter went back, so it is in two places."""

    __tablename__ = "passkeys_seen"

    credential: Mapped[str] = mapped_column(String(1400), primary_key=True)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    last_used: Mapped[int] = mapped_column(BigInteger)
    suspended: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class PasskeyChallenge(Base):
    """A challenge that waits for its one answer; `membership` where it is for making a passkey."""

    __tablename__ = "passkey_challenges"

    challenge_hash: Mapped[str] = mapped_column(String(43), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(10))
    membership: Mapped[str | None] = mapped_column(String(36))
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)


class ConsoleSession(Base):
    """A browser's session on the console's pages: only the hash of its token is kept.

    `passkey`: the document that opened it; without one it may only make a passkey. `made`: a credential that
    was made in it and whose op has not been seen yet. `skipped`: a guest of the demo goes on without.
    """

    __tablename__ = "console_sessions"
    __table_args__ = (Index("console_sessions_person", "person"),)

    token_hash: Mapped[str] = mapped_column(String(43), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), index=True)
    person: Mapped[str] = mapped_column(String(36))
    membership: Mapped[str] = mapped_column(String(36))
    device: Mapped[str | None] = mapped_column(String(32))
    passkey: Mapped[str | None] = mapped_column(String(80))
    made: Mapped[str | None] = mapped_column(String(1400))
    skipped: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    created_at: Mapped[int] = mapped_column(BigInteger)
    seen_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)


class AssertionRow(Base):
    """The step-up assertion of one op, verified when it came; the text is given to readers of the op."""

    __tablename__ = "assertions"

    scope: Mapped[str] = mapped_column(String(50), primary_key=True)
    op: Mapped[str] = mapped_column(String(43), primary_key=True)
    credential: Mapped[str] = mapped_column(String(1400))
    assertion: Mapped[str] = mapped_column(Text)  # {"ops": [id], "response": …}
