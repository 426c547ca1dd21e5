"""Taking the demo away: everything, or nothing where something real stands beside it.

The photos go first, then every row in one transaction; the operator's key stays. A cut in between leaves the
mark, and the same command finishes.
"""

from __future__ import annotations

from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from server.config import current_settings
from server.db import Base, reading, run_write
from server.models.blobs import Blob
from server.models.log import HeldOp, OpRow
from server.models.people import Farm, Organisation, Person
from server.services.photos import PhotoStore
from server.store import watermark
from server.store.demo_mark import DemoMark, read_mark
from server.store.operator import operator_device

USES = ("received", "view", "thumb", "parts")  # the folders of a scope in the store of photos


class NoDemo(Exception):
    """The database holds no demo."""


class RealBeside(Exception):
    """Something that the demo did not make; `found` says what, one line each."""

    def __init__(self, found: list[str], *, only_trials: bool) -> None:
        super().__init__("\n".join(found))
        self.found = found
        self.only_trials = only_trials


def remove(app: Flask, *, with_trials: bool = False) -> None:
    """Empty the database of the demo, also where it was only begun.

    Shape:  `with_trials` takes along what phones that joined later recorded in the demo's households.
    Raises: NoDemo; RealBeside, with nothing changed.
    """
    with reading() as session:
        mark = read_mark(session)
        if mark is None:
            raise NoDemo
        if mark.state == "made":
            _check(session, mark, with_trials=with_trials)
        scopes = list(session.scalars(select(Blob.scope).distinct()))
    store: PhotoStore = app.extensions["photos"]
    for scope in scopes:
        for use in USES:
            for name in list(store.blobs.names(f"{use}/{scope.replace(':', '/')}")):
                store.blobs.delete(name)
    run_write(_empty)
    folder = current_settings().data_dir
    with watermark.locked(folder):
        (folder / watermark.FILE).unlink(missing_ok=True)  # else the next database looks restored


def _check(session: Session, mark: DemoMark, *, with_trials: bool) -> None:
    """Refuse where there is an organisation, a household or a person that the demo did not make."""
    real = [
        f"{kind}: {name}"
        for kind, query in (
            ("organisation", select(Organisation.name).where(Organisation.id.not_in(mark.organisations))),
            ("household", select(Farm.name).where(Farm.demo.is_(False))),
            ("person", select(Person.name).where(Person.id.not_in(mark.persons))),
        )
        for name in session.scalars(query)
    ]
    if real:
        raise RealBeside(real, only_trials=False)
    ours = [*mark.devices, operator_device() or ""]
    trials = 0
    for table in (OpRow, HeldOp):
        count = select(func.count()).where(table.device.not_in(ours), table.scope.startswith("farm:"))
        trials += session.scalar(count) or 0
    if trials and not with_trials:
        raise RealBeside([f"{trials} ops of phones that joined later"], only_trials=True)


def _empty(session: Session) -> None:
    """Delete every row of every table of the schema; the schema itself stays."""
    for table in reversed(Base.metadata.sorted_tables):
        session.execute(delete(table))
