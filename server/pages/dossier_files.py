"""A dossier as files: PDF, XLSX, and a ZIP of both with its photos and a manifest of SHA-256 sums."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO
from urllib.parse import urlencode

import segno

from server.config import current_settings
from server.pages.console_show import date_text, time_text
from server.pages.console_words import say
from server.pages.dossier_tables import Sheet, general, sheets_of
from server.services.console import Staff
from server.services.dossier_print import pack, workbook
from server.services.dossiers import Asked, Dossier, Part
from server.services.photos import PhotoStore
from server.services.typesetting import typeset


@dataclass(frozen=True)
class Printed:
    """A dossier in words, as every file of it shows it."""

    dossier: Dossier
    title: str
    subject: str
    parts: tuple[tuple[Part, tuple[Sheet, ...]], ...]


def printed(dossier: Dossier, organisation: str) -> Printed:
    """Return a dossier in words."""
    parts = tuple((part, tuple(sheets_of(dossier, part))) for part in dossier.parts)
    return Printed(dossier, dossier.asked.book.name["vi"], _subject(dossier, organisation), parts)


def query_of(asked: Asked) -> dict[str, str]:
    """Return how an address asks for a dossier."""
    found = {"so": asked.book.code, "loc": "duyet" if asked.only_approved else "het"}
    return found if asked.season else found | {"tu": asked.first_day, "den": asked.last_day}


def path_of(asked: Asked) -> str:
    """Return where a dossier's page is, without what it asks."""
    return f"/htx/ho-so/vu/{asked.farm}/{asked.season}" if asked.season else "/htx/ho-so/htx"


def original(dossier: Dossier) -> str:
    """Return the address behind the QR: this dossier, with digest and time of the print."""
    asked = query_of(dossier.asked) | {"ma": dossier.digest, "luc": str(dossier.made_at)}
    return f"{current_settings().public_url}{path_of(dossier.asked)}?{urlencode(asked)}"


def as_pdf(said: Printed, staff: Staff) -> bytes:
    """Return the PDF."""
    dossier, book = said.dossier, said.dossier.asked.book
    qr = io.BytesIO()
    segno.make(original(dossier), error="m", micro=False).save(qr, kind="svg", border=4, xmldecl=False)
    many = len(said.parts) != 1
    data = {
        "title": said.title,
        "subject": said.subject,
        "organisation": staff.organisation_name,
        "standard": book.standard,
        "clause": book.clause,
        "mark": "" if book.mark == "V" else say("vi", "dossier_unverified"),
        "state": _state(dossier),
        "short": f"{time_text(dossier.made_at)} · {dossier.digest[:12]}",
        "digest": dossier.digest,
        "original": say("vi", "dossier_original"),
        "qr": qr.getvalue().decode(),
        "facts": [] if many else general(said.parts[0][0]),
        "notes": _notes(dossier),
        "parts": [
            {
                "title": f"{part.farm.code} {part.farm.name}",
                "facts": general(part),
                "sheets": [_sheet(sheet) for sheet in sheets],
            }
            for part, sheets in said.parts
        ],
    }
    return typeset("dossier", "dossier", data, dossier.made_at)


def as_xlsx(said: Printed) -> bytes:
    """Return the workbook: a sheet a table, the standard's columns first, then state and id of each line."""
    named: set[str] = set()
    sheets = []
    for part, tables in said.parts:
        for table in tables:
            code = table.code if len(said.parts) == 1 else f"{part.farm.code} {table.code}"
            sheets.append((_sheet_name(code, named), _rows(said, part, table)))
    return workbook(sheets)


def as_zip(said: Printed, staff: Staff, store: PhotoStore) -> IO[bytes]:
    """Return an open file with the ZIP. Raises: NotDone where the photos are too many."""
    dossier = said.dossier
    about = {
        "title": f"{said.title}, {said.subject}",
        "original": original(dossier),
        "digest": dossier.digest,
        "made_at": dossier.made_at,
        "only_approved": dossier.asked.only_approved,
    }
    files = {"ho-so.pdf": as_pdf(said, staff), "ho-so.xlsx": as_xlsx(said)}
    return pack(files, _photos(dossier), about, store)


def _photos(dossier: Dossier) -> Iterator[tuple[str, str, str, str]]:
    """Give (scope, entry, name in the ZIP, hash) of what the dossier's entries show, each once an entry."""
    for part in dossier.parts:
        for number, line in enumerate(part.lines, start=1):
            for place, photo in enumerate(line.photos, start=1):
                ending = "jpg" if not photo.is_sound else "sound"
                day = line.happened_on or "khong-ngay"
                yield (
                    part.farm.scope,
                    line.doc,
                    f"anh/{part.farm.code}/{day}_{line.form}_{number:04}_{place}.{ending}",
                    photo.sha256,
                )


def _subject(dossier: Dossier, organisation: str) -> str:
    asked = dossier.asked
    if not asked.season:
        days = f"{date_text(asked.first_day)} – {date_text(asked.last_day)}"
        return f"{organisation}, {days}"
    part = dossier.parts[0]
    name = dossier.names.of(part.farm.scope, f"season:{asked.season}")
    started = part.seasons.get(f"season:{asked.season}", {}).get("started_on")
    since = f", từ {date_text(started)}" if isinstance(started, str) else ""
    return f"{name}{since}"


def _state(dossier: Dossier) -> str:
    return say("vi", "dossier_only_approved" if dossier.asked.only_approved else "dossier_all_states")


def _notes(dossier: Dossier) -> list[str]:
    found = [_state(dossier), say("vi", "dossier_n_lines", n=dossier.lines)]
    if dossier.left_out:
        found.append(say("vi", "dossier_left_out", n=dossier.left_out))
    return [*found, say("vi", "dossier_made_at", at=time_text(dossier.made_at))]


def _sheet(sheet: Sheet) -> dict[str, object]:
    return {
        "code": sheet.code,
        "title": sheet.title,
        "facts": [list(one) for one in sheet.facts],
        "columns": [{"head": one.head, "under": one.under, "width": one.width} for one in sheet.columns],
        "rows": [{"cells": list(row.cells), "marks": list(row.marks)} for row in sheet.rows],
        "signers": list(sheet.signers),
    }


def _rows(said: Printed, part: Part, sheet: Sheet) -> Iterator[list[str]]:
    yield [f"{one.under}: {one.head}" if one.under else one.head for one in sheet.columns] + [
        say("vi", "dossier_state"),
        say("vi", "dossier_line"),
        said.title,
    ]
    about = "; ".join(f"{label}: {text}" for label, text in (*general(part), *sheet.facts))
    for row in sheet.rows or ():
        yield [*row.cells, ", ".join(row.marks), row.doc, about]


def _sheet_name(code: str, taken: set[str]) -> str:
    """Return a name that a workbook takes: at most 31 characters, none twice, nothing that it forbids."""
    plain = "".join(one for one in code if one not in "[]:*?/\\'")[:26] or "bang"
    name, number = plain, 1
    while name.lower() in taken:
        number += 1
        name = f"{plain} ({number})"
    taken.add(name.lower())
    return name
