"""The head of the console: what a role works with all day, the rest in one menu, and who only reads."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from server.pages.console_places import GROUPS, HEADS, PLACES, SELF
from sync.rights import may_see
from tests.server.consoles import Browser
from tests.server.phones import start

ACCOUNT = "/htx/toi"


@pytest.fixture(autouse=True)
def _set_up(app: Flask) -> None:
    start()


def test_every_place_is_there_for_somebody_and_stands_in_one_group() -> None:
    names = [one.name for one in PLACES]
    assert len(set(names)) == len(names)
    assert {one.group for one in PLACES} == {*GROUPS, SELF}
    for role, head in HEADS.items():
        assert set(head) <= set(names)
        assert all(may_see(role, name) for name in head), role


@pytest.mark.parametrize("role", ["reviewer", "manager", "clerk", "auditor"])
def test_a_role_has_its_places_in_the_head_and_every_other_one_once(app: Flask, role: str) -> None:
    page = Browser(app, "Người", role).text(ACCOUNT)
    header = page.partition("</header>")[0]
    links = re.findall(r'<a href="(/htx/[^"]*)"', header.partition("<nav")[2])
    seen = [one for one in PLACES if may_see(role, one.name)]
    assert sorted(links) == sorted(one.path for one in seen)
    nav = header.partition("<nav")[2].partition('<details class="more-places"')[0]
    first = [one.path for name in HEADS[role] for one in seen if one.name == name]
    assert re.findall(r'<a href="(/htx/[^"]*)"', nav) == first


@pytest.mark.parametrize(("role", "said"), [("auditor", True), ("reviewer", False), ("clerk", False)])
def test_who_changes_nothing_is_told_so(app: Flask, role: str, said: bool) -> None:
    assert ("chỉ xem" in Browser(app, "Người", role).text(ACCOUNT)) == said
