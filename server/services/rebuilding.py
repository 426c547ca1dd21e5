"""Throwing the views of the log away and making them anew, and telling what was wrong with them.

Views are the folded ones, `devices`, `passkeys`, `books`, `erased_documents`, `named_photos`. What is no view
stays: sessions, when a device was last seen, that its key was copied. One transaction a scope; while it runs,
writers of that scope wait (on SQLite all writers do, and phones are told to come again).
Source: DESIGN §2, "each is folded from the log by a pure function".
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.models.devices import DeviceRow
from server.models.log import Head, NamedPhoto
from server.services.viewing import rules_for
from server.store import books, erasures, passkeys, photos, view_check, view_findings, view_survey, view_write
from server.store.view_check import Difference


def check() -> Iterator[Difference]:
    """Give everything in the views that is not what the log gives, and in each log the first op that fails.

    Shape:  views that only lag behind are no difference; of a damaged log the views are not compared.
    """
    for scope in _scopes():
        with reading() as session:
            yield from _check_scope(session, scope)


def rebuild() -> Iterator[Difference]:
    """Make every view anew and give what differed before; a scope whose log is damaged is left as it is."""
    for scope in sorted(_scopes(), key=lambda one: one.startswith("farm:")):  # judged by others' label books
        yield from run_write(partial(_rebuild_scope, scope=scope), is_note=True)


def _scopes() -> list[str]:
    with reading() as session:
        return view_survey.all_scopes(session)


def _check_scope(session: Session, scope: str) -> list[Difference]:
    found = view_survey.survey(session, scope)
    if found.fault is not None:
        return [Difference("ops", scope, found.fault)]
    return list(view_check.differences(session, found, rules_for(session, scope)))


def _rebuild_scope(session: Session, scope: str) -> list[Difference]:
    session.get(Head, scope, with_for_update=True)  # before the view's own lock, as everybody who takes both
    head = view_write.lock_view(session, scope)
    found = view_survey.survey(session, scope)
    if found.fault is not None:
        return [Difference("ops", scope, found.fault)]
    book = rules_for(session, scope)
    wrong = list(view_check.differences(session, found, book))
    erasures.remake(session, scope, found.erased)
    view_write.forget_scope(session, scope)
    view_write.fold_all(session, scope, found.seq)
    head.seq = found.seq
    session.flush()
    if book is not None:
        view_findings.judge_all(session, scope, found.seq, book)
    session.execute(delete(DeviceRow).where(DeviceRow.scope == scope))
    session.execute(delete(NamedPhoto).where(NamedPhoto.scope == scope))
    books.refold_all(session, scope)
    passkeys.refold_all(session, scope)
    rows = [row for doc in sorted(found.devices) for row in view_check.device_rows(session, scope, doc)]
    if rows:
        session.execute(insert(DeviceRow), rows)
    if found.named:
        named = [{"scope": scope, "sha256": name, "seq": seq} for name, seq in found.named.items()]
        session.execute(insert(NamedPhoto), named)
        photos.settle_all(session, scope)
    return wrong
