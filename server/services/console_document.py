"""One document as the cooperative's page shows it: what it says, who disagrees, and how it came to be.

Folded from the log at every look, never from a view: what is settled here must name the very heads that the
page shows. Values stay values; words are made by the page.
Source: DESIGN §3 "Merge"; PROTOCOL §22; sync/forms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select

from server.db import reading
from server.errors import ServiceError
from server.models.log import HeldOp
from server.services.console import FarmName, Staff, Who, labels_of, names_of
from server.services.console_lookups import Names, Photo, lookups, photos_of
from server.services.viewing import make_current
from server.store import erasures, log, people
from server.store.inbox import photo_heads
from sync.checklists import INSPECTION, inspection_form
from sync.forms import Form, FormFinding, check_values, load_forms
from sync.merge import Document, Placed, fold
from sync.values import DELETED, Json

STEPS_MAX = 60  # of the history, the newest; each is compared with what its writer saw


@dataclass(frozen=True)
class Change:
    """One field that an op wrote: what its writer saw before, and what stood after."""

    field: str
    before: Json
    after: Json
    is_private: bool


@dataclass(frozen=True)
class Step:
    """One op of the history. `whom`: for whom; `unseen`: whose earlier ops its writer did not have yet.

    Units: times in ms; skew is how far the server's clock was ahead of the device's.
    """

    op: str
    who: Who | None
    whom: Who | None
    device: str
    label: str
    is_mine: bool
    recorded_at: int
    skew: int
    received_at: int
    what: str
    changes: tuple[Change, ...]
    unseen: tuple[str, ...]


@dataclass(frozen=True)
class Option:
    """One side of a conflict: an op that stands, and what it says of the whole group.

    `public`, `private`: what an op must write to make this side the one that stands; None where its private
    part is not here (erased, or not come yet), so that nobody can choose it.
    """

    step: Step
    shown: Mapping[str, Json]
    public: Mapping[str, Json] | None
    private: Mapping[str, Json]
    is_shown: bool


@dataclass(frozen=True)
class Conflict:
    """Fields on which ops disagree, settled together. `is_deletion`: the question is whether it stays."""

    fields: tuple[str, ...]
    options: tuple[Option, ...]
    is_deletion: bool = False


@dataclass(frozen=True)
class Page:
    """A document with all that its page shows.

    Shape:  `heads`: the ids that a review of it names, its photos' too, ascending; `has_conflict`: it or one
            of its photos is in conflict.
    """

    farm: FarmName
    doc: str
    type: str
    form: Form | None
    values: Mapping[str, Json]
    private: frozenset[str]
    is_deleted: bool
    is_missing_private: bool
    is_blocked: bool
    is_erased: bool
    tips: tuple[str, ...]
    heads: tuple[str, ...]
    has_conflict: bool
    conflicts: tuple[Conflict, ...]
    findings: tuple[FormFinding, ...]
    history: tuple[Step, ...]
    older_steps: int
    photos: tuple[Photo, ...]
    names: Names
    held: int

    @property
    def first(self) -> Step:
        """Return how it began, as far as the page reaches back."""
        return self.history[0]


def document_page(staff: Staff, farm: FarmName, type_: str, uuid: str) -> Page:
    """Return a document of a farm of the staff's organisation.

    Raises: ServiceError(not_found) for one that is not there.
    """
    doc = f"{type_}:{uuid}"
    make_current([farm.scope])  # for the names of plots and seasons, and the photos
    with reading() as session:
        placed = log.document_ops(session, farm.scope, doc)
        if not placed:
            raise ServiceError("not_found")
        named = {*(one.op.by for one in placed), *(_whom(one) for one in placed)}
        blocked = people.erased_among(session, {one for one in named if one is not None})
        placed = [_blocked(one) if {one.op.by, _whom(one)} & blocked else one for one in placed]
        document = fold(placed)
        form = form_of(type_, document.values)
        names = names_of(session, staff, (one for one in named if one is not None))
        labels = labels_of(session, staff, {one.op.device for one in placed})
        steps = _steps(staff, placed, names, labels)
        beside, is_torn = photo_heads(session, farm.scope, doc)
        waiting = select(func.count()).where(
            HeldOp.scope == farm.scope, HeldOp.doc == doc, HeldOp.is_turned_down.is_(False)
        )
        return Page(
            farm=farm,
            doc=doc,
            type=type_,
            form=form,
            values=document.values,
            private=document.private,
            is_deleted=document.deleted,
            is_missing_private=document.missing,
            is_blocked=bool(blocked),
            is_erased=bool(erasures.among(session, farm.scope, [doc])),
            tips=tuple(sorted(document.tips)),
            heads=tuple(sorted({*beside, *(one for found in document.heads.values() for one in found)})),
            has_conflict=bool(document.conflicts) or is_torn,
            conflicts=_conflicts(document, placed, form, {step.op: step for step in steps}),
            findings=() if form is None or document.deleted else _findings(form, document),
            history=tuple(steps[-STEPS_MAX:]),
            older_steps=max(0, len(steps) - STEPS_MAX),
            photos=photos_of(session, farm.scope, [doc]).get(doc, ()),
            names=lookups(session, [farm.scope]),
            held=session.scalar(waiting) or 0,
        )


def _blocked(one: Placed) -> Placed:
    """Return an op of a person who was erased: its private part is still kept, and shown to nobody."""
    return Placed(replace(one.op, private=None, private_fields=None), one.seq, one.received_at)


def form_of(type_: str, values: Mapping[str, Json]) -> Form | None:
    """Return the form that draws a document: that of its type or, for an entry, the one that it names."""
    if type_ == INSPECTION:
        return inspection_form(str(values.get("checklist")))
    code = values.get("form") if type_ == "entry" else type_
    return load_forms().get(code) if isinstance(code, str) else None


def _findings(form: Form, document: Document) -> tuple[FormFinding, ...]:
    public = {name: value for name, value in document.values.items() if name not in document.private}
    hidden = {name: value for name, value in document.values.items() if name in document.private}
    return tuple(check_values(form, public, None if document.missing else hidden))


def _steps(
    staff: Staff, placed: Sequence[Placed], names: Mapping[str, Who], labels: Mapping[str, str]
) -> list[Step]:
    """Return the history in the order of the log; only the newest are compared with what was seen."""
    saw = _seen(placed)
    first_compared = len(placed) - STEPS_MAX
    steps = []
    for place, one in enumerate(placed):
        earlier = placed[:place]
        seen = [other for other in earlier if other.op.id in saw[one.op.id]]
        before = fold(seen).values if place >= first_compared and seen else {}
        unseen = {other.op.by for other in earlier if other.op.id not in saw[one.op.id]}
        named = (names[by].name for by in sorted(unseen) if by in names)
        steps.append(
            Step(
                op=one.op.id,
                who=names.get(one.op.by),
                whom=names.get(_whom(one) or ""),
                device=one.op.device,
                label=labels.get(one.op.device, ""),
                is_mine=one.op.device == staff.device,
                recorded_at=one.op.recorded_at,
                skew=one.op.skew,
                received_at=one.received_at or 0,
                what=_what(one, is_first=place == 0),
                changes=_changes(one, before),
                unseen=tuple(named),
            )
        )
    return steps


def _whom(one: Placed) -> str | None:
    """Return the membership for which an op was recorded, None where it was recorded for oneself."""
    whom = one.op.fields.get("on_behalf_of")
    return whom if isinstance(whom, str) else None


def _seen(placed: Sequence[Placed]) -> dict[str, set[str]]:
    """Return for each op the ids of all ops that its writer had."""
    ops = {one.op.id: one.op for one in placed}
    found: dict[str, set[str]] = {}
    for op_id in ops:
        out: set[str] = set()
        left = list(ops[op_id].after)
        while left:
            parent = left.pop()
            if parent in out:
                continue
            out.add(parent)
            left.extend(ops[parent].after if parent in ops else ())
        found[op_id] = out
    return found


def _what(one: Placed, *, is_first: bool) -> str:
    if one.op.fields.get(DELETED) is True:
        return "deleted"
    if DELETED in one.op.fields:
        return "restored"
    return "created" if is_first else "changed"


def _changes(one: Placed, before: Mapping[str, Json]) -> tuple[Change, ...]:
    written = [(one.op.fields, False), (one.op.private_fields or {}, True)]
    return tuple(
        Change(name, before.get(name), value, hidden)
        for fields, hidden in written
        for name, value in fields.items()
        if name != DELETED and before.get(name) != value
    )


def _conflicts(
    document: Document, placed: Sequence[Placed], form: Form | None, steps: Mapping[str, Step]
) -> tuple[Conflict, ...]:
    """Return what people must choose between, fields of one group together; nothing of a deleted document."""
    if document.deleted:
        return ()
    ops = {one.op.id: one for one in placed}
    found = []
    deletion = _deletion(document, ops, steps)
    if deletion is not None:
        found.append(deletion)
    done: set[str] = set()
    for name in _in_form_order(form, document.conflicts - {DELETED}):
        group = form.group(name) if form is not None else (name,)
        if name in done:
            continue
        done |= set(group)
        options = _options(document, group, ops, steps)
        if len(options) > 1:
            found.append(Conflict(tuple(group), options))
    return tuple(found)


def _in_form_order(form: Form | None, names: Iterable[str]) -> list[str]:
    order = [field.name for field in form.fields] if form is not None else []
    return sorted(names, key=lambda name: (order.index(name) if name in order else len(order), name))


def _options(
    document: Document, group: Sequence[str], ops: Mapping[str, Placed], steps: Mapping[str, Step]
) -> tuple[Option, ...]:
    """Return the statements that stand for a group, the one that shows first; same words count once."""
    heads = [op for name in group for op in document.heads.get(name, ())]
    options: list[Option] = []
    for op_id in dict.fromkeys(heads):
        written = {**ops[op_id].op.fields, **(ops[op_id].op.private_fields or {})}
        if written.get(DELETED) is True and not any(name in written for name in group):
            continue
        shown = {name: written[name] if name in written else document.values.get(name) for name in group}
        if any(option.shown == shown for option in options):
            continue
        is_here = ops[op_id].op.private_hash is None or ops[op_id].op.private_fields is not None
        public, private = _split(document, shown)
        options.append(
            Option(steps[op_id], shown, public if is_here else None, private, is_shown=not options)
        )
    return tuple(options)


def _deletion(document: Document, ops: Mapping[str, Placed], steps: Mapping[str, Step]) -> Conflict | None:
    """Return the question whether a document stays that one deleted and another still wrote to."""
    heads = document.heads.get(DELETED, ())
    tombs = [op for op in heads if ops[op].op.fields.get(DELETED) is True]
    if not tombs or document.deleted or not document.conflicts:
        return None
    beside = [op for name in sorted(document.conflicts) for op in document.heads[name] if op not in tombs]
    writer = max(beside, key=lambda op: ops[op].rank(), default=tombs[0])
    lost = {name: document.values.get(name) for name in document.conflicts if name != DELETED}
    public, private = _split(document, {name: lost[name] for name in sorted(_single(document, lost))})
    keep = Option(steps[writer], {DELETED: None}, {DELETED: None, **public}, private, is_shown=True)
    drop = Option(steps[tombs[0]], {DELETED: True}, {DELETED: True}, {}, is_shown=False)
    return Conflict((DELETED,), (keep, drop), is_deletion=True)


def _single(document: Document, names: Iterable[str]) -> list[str]:
    """Return the fields that only the tombstone disputes: keeping the document settles them too."""
    return [name for name in names if len(document.heads.get(name, ())) == 1]


def _split(document: Document, fields: Mapping[str, Json]) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return the public and the private half: a field goes where it was written before."""
    public = {name: value for name, value in fields.items() if name not in document.private}
    return public, {name: value for name, value in fields.items() if name in document.private}
