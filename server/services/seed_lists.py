"""The lists that a new server begins with, read from a file of ours as an officer's would be read."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import run_write
from server.models.lists import ListVersion
from server.services.list_files import read_lines
from server.services.list_rows import read_rows
from server.services.list_versions import about_of, add_version, settle
from server.services.setup import DATA

LISTS = DATA / "lists.json"


def load_lists(organisation: str, now: int, file: Path = LISTS) -> int:
    """Let the lists of a file count for an organisation and those below it; return how many were not there.

    Shape:  a list that the organisation ever had under this title is left as it is, dropped or not.
    """
    lists = json.loads(file.read_text("utf-8"))["lists"]

    def work(session: Session) -> int:
        query = select(ListVersion.kind, ListVersion.title).where(ListVersion.organisation == organisation)
        known = {(kind, title) for kind, title in session.execute(query)}
        new = [one for one in lists if (one["kind"], one["title"]) not in known]
        for one in new:
            about = about_of(
                one["kind"], one["title"], one["mark"], one["valid_from"], is_whole=one["is_whole"]
            )
            rows = json.dumps(one["rows"], ensure_ascii=False).encode("utf-8")
            found = read_rows(about.kind, read_lines(rows))
            assert not found.bad, found.bad  # our own file
            settle(session, add_version(session, organisation, about, found, now, None), now, None)
        return len(new)

    return run_write(work)
