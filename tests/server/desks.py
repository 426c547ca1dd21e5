"""A manager at the console's pages of rows: forms sent as a browser sends them, ids read from the pages."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

from tests.server.consoles import OURS, Browser


class Office(Browser):
    """A staff member who fills forms."""

    def __init__(
        self, app: Flask, name: str = "Trần Văn Cường", role: str = "manager", **options: Any
    ) -> None:
        super().__init__(app, name, role, **options)

    def fill(self, path: str, **data: Any) -> Any:
        """Send a form; `data` as its fields."""
        return self.client.post(path, data=data, headers=OURS)

    def done(self, path: str, **data: Any) -> str:
        """Send a form that must succeed; return where it leads."""
        answer = self.fill(path, **data)
        assert answer.status_code == 303, (path, answer.status_code, answer.get_data(as_text=True)[:2000])
        place = str(answer.headers["Location"])
        assert self.get(place).status_code == 200
        return urlsplit(place).path

    def refused(self, path: str, sentence: str, **data: Any) -> None:
        """Send a form that changes nothing and says why."""
        answer = self.fill(path, **data)
        assert answer.status_code == 422, (path, answer.status_code)
        assert sentence in answer.get_data(as_text=True)

    def person(self, name: str) -> str:
        """Return the id of a person of the list by name."""
        [found] = re.findall(rf'/htx/nguoi/([0-9a-f-]{{36}})">{name}<', self.text("/htx/nguoi"))
        return str(found)

    def membership(self, person: str) -> str:
        """Return the membership that a person's page invites, the only one."""
        [found] = set(re.findall(r'data-membership="([^"]+)"', self.text(f"/htx/nguoi/{person}")))
        return str(found)
