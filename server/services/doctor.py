"""What an operator should know of this server: each thing looked at is well, to be looked at, or bad.

Nothing is changed. Source: faults.md 31–34, 113; DESIGN §4 "Databases".
"""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlalchemy.orm import Session

from server.config import command, current_settings
from server.db import DatabaseTrouble, journal_mode, reading
from server.services import doctor_outside, read_only, schema_guard
from server.services.schema_guard import Schema
from server.services.sequencing import TreeBroken, kept_note, tree_folder
from server.store import backups, figures, half_restored, log, operator, people, tree, tree_wait
from server.store.key_files import KeyMissing

DAY_MS: Final = 86_400_000
BACKUP_DAYS: Final = 2  # our choice: made every night, one may fail
TESTED_DAYS: Final = 35  # our choice: once a month
UNSENT_DAYS: Final = 3
CERTIFICATE_DAYS: Final = 20  # our choice: Caddy renews 30 days before the end
CERTIFICATE_BAD_DAYS: Final = 7
SKEW_MS: Final = 300_000  # our choice
SKEWED_MIN: Final = 3
CLOCK_MS: Final = 60_000  # our choice: more ahead of this clock than phones' ops can be

Grade = Literal["good", "look", "bad"]


@dataclass(frozen=True)
class Found:
    """One thing that was looked at: its name, how it is, and what to do, in both languages."""

    name: str
    grade: Grade
    said: str


def examine(now: int) -> Iterator[Found]:
    """Give everything that was looked at; where the database is away, that and what lies outside it."""
    yield Found("version", "good", f"Python {platform.python_version()}, {platform.platform(terse=True)}")
    yield _disk()
    yield _certificate(now)
    yield _time_service()
    if doctor_outside.is_under_systemd():
        yield _units()
    yield _files()
    yield _read_only()
    try:
        with reading() as session:
            yield _database(session)
            schema = schema_guard.look()
            yield _schema(schema)
            if schema.state in ("older", "newer"):
                return  # nothing else can be read
            if half_restored.is_so(session):
                said = f"phục hồi bị ngắt, chạy lại / cut off, run it again: {command('restore FILE')}"
                yield Found("restore", "bad", said)
            if not people.has_tables(session) or not log.origin(session):
                yield _setup()
                return
            yield _clock(session, now)
            yield _phone_clocks(session)
            yield from _backups(session, now)
            yield _phones(session, now)
            leaves, head, waits = tree.size(session), tree.head(session), tree_wait.waits(session)
            yield _size(session)
    except DatabaseTrouble as error:
        yield Found("database", "bad", f"không trả lời / does not answer: {type(error).__name__}")
        return
    yield _operator()
    yield _tree(leaves, None if head is None else head.root, waits)


def _setup() -> Found:
    if not (current_settings().data_dir / operator.PUBLIC).exists():
        return Found("setup", "bad", f"chưa dựng máy chủ / not set up: {command('setup')}")
    said = f"có khóa, chưa có sổ: phục hồi / keys and no book, restore (again): {command('restore FILE')}"
    return Found("setup", "bad", f"{said}; máy mới / a new server: {command('setup')}")


def _certificate(now: int) -> Found:
    url = current_settings().public_url
    try:
        days = doctor_outside.certificate_days(url, now)
    except doctor_outside.Unreachable as error:
        return Found("certificate", "look", f"{url} không tới được từ đây / not reached from here: {error}")
    except doctor_outside.NotTaken as error:
        return Found("certificate", "bad", f"{url}: điện thoại không nhận / no phone takes it: {error}")
    if days is None:
        is_local = urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")
        said = f"{url}: không có HTTPS, máy khác không vào được / no HTTPS, no other device can join"
        return Found("certificate", "good" if is_local else "bad", said)
    grade: Grade = "bad" if days < CERTIFICATE_BAD_DAYS else "look" if days < CERTIFICATE_DAYS else "good"
    return Found("certificate", grade, f"{url}: còn {days} ngày / days left")


def _time_service() -> Found:
    is_set = doctor_outside.is_clock_set()
    said = {
        True: "được chỉnh theo mạng / set by the network",
        False: "không ai chỉnh: bật NTP / set by nobody: switch NTP on",
        None: "máy không cho biết / this machine does not tell",
    }
    return Found("time service", "good" if is_set else "look", said[is_set])


def _units() -> Found:
    failed = doctor_outside.failed_units()
    if failed is None:
        return Found("units", "look", "systemd không trả lời / does not answer: systemctl start dbus.socket")
    if failed:
        return Found("units", "bad", f"hỏng / failed: journalctl -u {' -u '.join(failed)}")
    return Found("units", "good", "không cái nào hỏng / none failed")


def _files() -> Found:
    """Say what a command that was run as another user left, and keys that others of this machine can read."""
    settings = current_settings()
    wrong = [
        str(path)
        for folder in (settings.data_dir, tree_folder())
        for path in doctor_outside.unwritable(folder)
    ]
    if wrong:
        said = f"máy chủ không ghi được / the server can't write: {', '.join(wrong)}: chown -R"
        return Found("files", "bad", said)
    open_keys = [one.name for one in sorted(settings.data_dir.glob("*.pem")) if one.stat().st_mode & 0o077]
    if open_keys:
        said = f"người khác đọc được / others can read: {', '.join(open_keys)}: chmod 600"
        return Found("files", "look", said)
    return Found(
        "files", "good", "ghi được, khóa chỉ máy chủ đọc / written by the server, keys read by it alone"
    )


def _read_only() -> Found:
    found = read_only.standing()
    if found is None:
        return Found("read-only", "good", "không, nhận bình thường / no, everything is taken")
    return Found("read-only", "look", f"đang chỉ cho xem / nothing is taken: {found.why}")


def _disk() -> Found:
    settings = current_settings()
    free = shutil.disk_usage(settings.data_dir).free
    said = f"còn {free // 10**6} MB / {free // 10**6} MB free"
    least = settings.upload_bytes_free_min
    return Found("disk", "bad" if free < least else "look" if free < 3 * least else "good", said)


def _database(session: Session) -> Found:
    if current_settings().is_sqlite:
        said = {one: session.scalar(text(f"PRAGMA {one}")) for one in ("journal_mode", "synchronous")}
        version = str(session.scalar(text("SELECT sqlite_version()")))
        wanted = journal_mode(tuple(int(one) for one in version.split("."))).lower()
        is_right = said["journal_mode"] == wanted and said["synchronous"] == 2
        shown = f"SQLite {version}, {said['journal_mode']}, synchronous {said['synchronous']}"
        if wanted != "wal":
            shown += " (WAL: SQLite ≥ 3.51.3)"  # correct, only slower
        return Found("database", "good" if is_right else "bad", shown)
    named = ("server_version", "fsync", "synchronous_commit", "full_page_writes")
    settings = {one: str(session.scalar(text(f"SHOW {one}"))) for one in named}
    is_right = all(settings[one] != "off" for one in named)
    shown = ", ".join(f"{one} {value}" for one, value in settings.items())
    return Found("database", "good" if is_right else "bad", f"PostgreSQL: {shown}")


def _schema(found: Schema) -> Found:
    if found.state == "fits":
        return Found("schema", "good", str(found.here))
    upgrade = command("upgrade")
    what = {"older": upgrade, "none": upgrade, "newer": "cập nhật chương trình / update"}
    return Found("schema", "bad", f"{found.here or '-'} ≠ {found.newest}: {what[found.state]}")


def _clock(session: Session, now: int) -> Found:
    newest = figures.newest_received(session)
    if newest > now + CLOCK_MS:
        ahead = (newest - now) // 1000
        said = f"đồng hồ lùi {ahead} giây so với nhật ký / the clock is {ahead} s behind the log"
        return Found("clock", "bad", said)
    return Found("clock", "good", "không lùi / not behind the log")


def _phone_clocks(session: Session) -> Found:
    """Say whether the newest ops of most books mean that it is the server whose clock is wrong.

    One phone's clock is its own matter; where most are off to the same side it is ours.
    Source: faults.md 114.
    """
    skews = figures.newest_skews(session)
    for sign, side in ((1, "nhanh hơn / ahead of"), (-1, "chậm hơn / behind")):
        off = [one for one in skews if one * sign > SKEW_MS]
        if len(off) >= SKEWED_MIN and 2 * len(off) > len(skews):
            said = (
                f"máy chủ {side} {len(off)}/{len(skews)} máy ghi gần đây / of the phones: look at the clock"
            )
            return Found("phones' clocks", "bad", said)
    off_alone = sum(abs(one) > SKEW_MS for one in skews)
    said = f"{off_alone}/{len(skews)} máy lệch quá 5 phút / phones are off by more than 5 minutes"
    return Found("phones' clocks", "good", said)


def _size(session: Session) -> Found:
    size = figures.database_bytes(session, current_settings().sqlite_path)
    return Found("database size", "good", f"{size / 1e6:.0f} MB, {figures.ops(session)} dòng / ops")


def _backups(session: Session, now: int) -> Iterator[Found]:
    made, tested = backups.newest_made(session), backups.newest_tested(session)
    yield _aged("backup", made.made_at if made else None, now, BACKUP_DAYS, "backup FILE")
    yield _aged("tested backup", tested.tested_at if tested else None, now, TESTED_DAYS, "verify FILE")


def _aged(name: str, at: int | None, now: int, days_max: int, words: str) -> Found:
    if at is None:
        return Found(name, "bad", f"chưa có / none yet: {command(words)}")
    days = max(0, now - at) // DAY_MS
    return Found(
        name, "good" if days < days_max else "bad", f"{days} ngày trước / days ago ({command(words)})"
    )


def _phones(session: Session, now: int) -> Found:
    count = figures.silent_with_unsent(session, now - UNSENT_DAYS * DAY_MS)
    if not count:
        return Found(
            "phones", "good", "không máy nào giữ dòng chưa gửi quá 3 ngày / none with lines unsent for days"
        )
    said = (
        f"{count} máy còn dòng chưa gửi, 3 ngày không liên lạc / phones with unsent lines, silent for 3 days"
    )
    return Found("phones", "look", said)


def _operator() -> Found:
    return _key("operator's key", lambda: operator.public_key() is not None)


def _key(name: str, is_there: Callable[[], bool]) -> Found:
    try:
        return Found(name, "good", "có / there") if is_there() else Found(name, "bad", "không có / missing")
    except KeyMissing as error:
        return Found(name, "bad", str(error))


def _tree(leaves: int, root: bytes | None, waits: int | None) -> Found:
    if waits is not None:
        said = (
            f"chờ sau phục hồi, các máy đã thấy {waits} lá / waits after a restore, phones saw {waits} leaves"
        )
        return Found(
            "public log", "bad", f"{said}, {leaves} here: {command('tree recover')} --copy | --no-newer"
        )
    try:
        note = kept_note(tree_folder())
    except (TreeBroken, KeyMissing) as error:
        return Found("public log", "bad", str(error))
    if note is None:
        return Found("public log", "look" if leaves else "good", "chưa có điểm chốt / no checkpoint yet")
    size = note.checkpoint.size
    said = f"{size} lá, gốc {note.checkpoint.root.hex()[:16]}… / leaves, root"
    if size > leaves or root != note.checkpoint.root:
        return Found(
            "public log",
            "bad",
            f"{said}: không khớp cơ sở dữ liệu / not the database's: {command('tree check')}",
        )
    return Found("public log", "good", said)
