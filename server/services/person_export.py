"""Everything that is kept of one person, in one ZIP file that any program can read.

Besides what people read it holds the signed ops as they stand in the log, so that whoever gets the file can
check them without asking us. Of what others wrote it holds what stands in the same documents, no more; what
was erased is not in it.
Source: security.md §8 "Access, copy, correct".
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Collection, Iterable
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading
from server.models.blobs import STORED
from server.models.bulletins import BulletinRead
from server.models.devices import DeviceRow
from server.models.log import OpRow
from server.models.people import Membership, Person
from server.models.privacy import DataRequest
from server.models.views import DocumentView
from server.services.person_data import devices_of_members, docs_of
from server.services.viewing import make_current
from server.store import bulletins, consents, log, people, reminders
from server.store import photos as photo_rows
from server.store.blobs import BlobMissing, BlobStore
from server.store.view_ops import stored_op
from sync import ids

ABOUT = """Tệp này có những gì sổ đang giữ về {name}, lấy ra ngày {day}.

ho-so.json      người này là ai, ở hộ nào, đã đồng ý những gì, đã xin những gì
nhat-ky.json    các dòng do máy của người này ghi, hoặc người khác ghi hộ
thao-tac.jsonl  các thao tác đã ký, đúng từng chữ như trong sổ, mỗi dòng một thao tác
anh/            ảnh và lời ghi âm, tên tệp là mã của nó

This file holds what the diary keeps of {name}, as of {day}: who they are (ho-so.json), what they recorded
(nhat-ky.json), the signed operations exactly as they stand in the log (thao-tac.jsonl), photos and voice
notes (anh/).
"""
PER_HOUR = 5


def write_zip(out: IO[bytes], person: str, blobs: BlobStore, day: str, within: Collection[str]) -> None:
    """Write the file of a person whom the caller may ask about; `day` is today's civil date.

    Shape:  of the logs `within` alone: those that the caller reads; what stands elsewhere is asked for
            there.
    """
    with reading() as session:
        memberships = sorted(people.memberships_of_person(session, person))
        scopes = [one for one in _scopes(session, memberships) if one in within]
    make_current(scopes)
    with reading() as session, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        row = session.get(Person, person)
        name = "" if row is None else row.name
        file.writestr("DOC-TRUOC.txt", ABOUT.format(name=name, day=day))
        file.writestr("ho-so.json", _json(_profile(session, person, memberships)))
        docs = docs_of(session, scopes, memberships)
        devices = devices_of_members(session, memberships)
        for scope, doc in _written(session, scopes, devices):
            docs.setdefault(scope, set()).add(doc)
        with file.open("nhat-ky.json", "w") as part:
            _write_documents(session, part, docs)
        with file.open("thao-tac.jsonl", "w") as part:
            hashes = _write_ops(session, part, scopes, devices)
        _add_photos(session, file, blobs, hashes)


def _scopes(session: Session, memberships: list[str]) -> list[str]:
    """Return the logs in which a person may have written."""
    found: set[str] = set()
    for one in memberships:
        row = session.get(Membership, one)
        assert row is not None
        own = [row.farm] if row.farm else [farm.id for farm in people.farms_of(session, row.organisation)]
        found |= {f"org:{row.organisation}", *(f"farm:{farm}" for farm in own)}
    return sorted(found)


def _written(session: Session, scopes: list[str], devices: list[str]) -> Iterable[tuple[str, str]]:
    query = select(OpRow.scope, OpRow.doc).where(OpRow.scope.in_(scopes), OpRow.device.in_(devices))
    return [(scope, doc) for scope, doc in session.execute(query.distinct())]


def _profile(session: Session, person: str, memberships: list[str]) -> dict[str, object]:
    row = session.get(Person, person)
    members = people.members_where(session, Membership.id.in_(memberships))
    devices = session.scalars(select(DeviceRow).where(DeviceRow.membership.in_(memberships)))
    asked = session.scalars(select(DataRequest).where(DataRequest.person == person))
    texts = {(one["purpose"], one["version"]): one["text"]["vi"] for one in consents.texts()}
    return {
        "person": None
        if row is None
        else {"id": row.id, "name": row.name, "phone": row.phone, "created_at": row.created_at},
        "memberships": [
            {
                "id": one.membership.id,
                "role": one.membership.role,
                "organisation": one.organisation.name,
                "farm": None if one.farm is None else one.farm.name,
                "village": None if one.village is None else one.village.name,
                "valid_from": one.membership.valid_from,
                "valid_until": one.membership.valid_until,
            }
            for one in members
        ],
        "consents": [
            consents.consent_row(one) | {"text": texts.get((one.purpose, one.text_version))}
            for one in consents.of_persons(session, [person])
        ],
        "reminders": [
            {
                "device": one.device,
                "endpoint": one.endpoint,
                "days": json.loads(one.days),
                "sent_on": one.sent_on,
            }
            for one in reminders.of_devices(session, devices_of_members(session, memberships))
        ],
        "devices": [{"device": one.device, "label": one.label, "state": one.state} for one in devices],
        "proposals": [
            {
                "made_at": told.made_at,
                "text": told.text,
                "voice": None if told.voice is None else ids.b64_encode(told.voice),
                "voice_type": told.voice_type,
                "state": told.state,
                "answer": told.answer,
            }
            for one in memberships
            for told in bulletins.proposals_of(session, one)
        ],
        "bulletins_read": [
            {"bulletin": read.bulletin, "read_at": read.read_at}
            for read in session.scalars(
                select(BulletinRead)
                .where(BulletinRead.membership.in_(memberships))
                .order_by(BulletinRead.read_at)
            )
        ],
        "data_requests": [
            {
                "kind": one.kind,
                "means": one.means,
                "received_at": one.received_at,
                "outcome": one.outcome,
                "done_at": one.done_at,
                "reason": one.reason,
            }
            for one in asked
        ],
    }


def _write_documents(session: Session, part: IO[bytes], docs: dict[str, set[str]]) -> None:
    part.write(b"[")
    begun = False
    for scope in sorted(docs):
        for doc in sorted(docs[scope]):
            view = session.get(DocumentView, (scope, doc))
            if view is None:
                continue
            shown = {
                "scope": scope,
                "doc": doc,
                "values": json.loads(view.values),
                "private": json.loads(view.private or "{}"),
                "deleted": view.is_deleted,
                "recorded_at": view.recorded_at,
                "received_at": view.received_at,
            }
            part.write(b",\n" if begun else b"\n")
            part.write(_json(shown))
            begun = True
            session.expunge(view)
    part.write(b"\n]\n")


def _write_ops(
    session: Session, part: IO[bytes], scopes: list[str], devices: list[str]
) -> set[tuple[str, str]]:
    """Write the ops of a person's devices; return the photos that they name, with their logs."""
    photos: set[tuple[str, str]] = set()
    query = select(OpRow).where(OpRow.scope.in_(scopes), OpRow.device.in_(devices))
    query = query.order_by(OpRow.scope, OpRow.seq).execution_options(yield_per=200)
    for row in session.scalars(query):
        part.write(_json(log.wire_op(row) | {"id": row.id, "digest": ids.b64_encode(row.digest)}) + b"\n")
        sha256 = stored_op(row.id, row.body, None).fields.get("sha256")
        if row.doc.startswith("photo:") and ids.is_b64(sha256, 32):
            photos.add((row.scope, str(sha256)))
        session.expunge(row)
    return photos


def _add_photos(
    session: Session, file: zipfile.ZipFile, blobs: BlobStore, photos: set[tuple[str, str]]
) -> None:
    for scope, sha256 in sorted(photos):
        blob = photo_rows.find_blob(session, scope, sha256)
        if blob is None or blob.state != STORED:
            continue
        is_sound = (blob.type or "").startswith("audio/")
        name = f"anh/{sha256}.{(blob.type or 'x/bin').partition('/')[2] if is_sound else 'jpg'}"
        entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))  # stored as it is: it is compressed already
        try:
            with blobs.open(photo_rows.shown_places(blob)[0]) as data, file.open(entry, "w") as part:
                shutil.copyfileobj(data, part, 65536)
        except BlobMissing:
            continue


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8")
