"""No list of roles and no question after a role's name stands anywhere but in the table of rights.

Reads the source: Python with `ast`, TypeScript and the pages' templates line by line. Giving somebody a role
(`"administrator"` in `flask setup`) is no question. Does not see a name that is put together at run time.
"""

import ast
import re
from pathlib import Path

import pytest

from sync.rights import ROLES, SENSOR

ROOT = Path(__file__).parents[1]
NAMES = frozenset(ROLES) - {SENSOR}  # the scope of a sensor has the same name
TABLE = {"sync/rights.py", "pwa/src/core/rights.ts"}
_NAME = f'"(?:{"|".join(sorted(NAMES))})"'
ASKING = re.compile(
    rf"""
    [=!]==?\s*{_NAME} | {_NAME}\s*[=!]==? | \bcase\s+{_NAME}    # is it this role?
    | [\[(][^\])\n]*{_NAME}\s*,\s*{_NAME}                       # a list of roles
    | \brole\s+(?:not\s+)?in\b                                  # of a template
    """,
    re.X,
)


def files(folder: str, *endings: str) -> list[str]:
    """Return the files of a folder, from the house down; the demo plays people, migrations are history."""
    found = sorted(path for ending in endings for path in (ROOT / folder).rglob(f"*{ending}"))
    paths = [path.relative_to(ROOT).as_posix() for path in found]
    return [
        path
        for path in paths
        if path not in TABLE and not path.startswith(("server/demo", "server/migrations"))
    ]


def lists_and_questions(text: str) -> list[int]:
    """Return the lines where a Python source lists roles or asks for one by name."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Compare):
            asked = names_one(node)
        elif isinstance(node, ast.Call):
            asked = isinstance(node.func, ast.Attribute) and node.func.attr == "in_" and names_one(node)
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            asked = len([one for one in node.elts if is_role(one)]) > 1
        elif isinstance(node, ast.Dict):
            asked = len([one for one in node.keys if is_role(one)]) > 1
        else:
            asked = isinstance(node, ast.MatchValue) and is_role(node.value)
        if asked:
            found.append(getattr(node, "lineno", 0))
    return found


def is_role(node: ast.AST | None) -> bool:
    """Return whether a node is the name of a role."""
    return isinstance(node, ast.Constant) and node.value in NAMES


def names_one(node: ast.AST) -> bool:
    """Return whether an expression holds the name of a role."""
    return any(is_role(one) for one in ast.walk(node))


@pytest.mark.parametrize("path", files("server", ".py") + files("sync", ".py"))
def test_no_module_keeps_a_list_of_roles(path: str) -> None:
    assert lists_and_questions((ROOT / path).read_text("utf-8")) == []


@pytest.mark.parametrize("path", files("pwa/src", ".ts", ".tsx") + files("server/templates", ".html"))
def test_no_screen_and_no_page_keeps_a_list_of_roles(path: str) -> None:
    lines = (ROOT / path).read_text("utf-8").splitlines()
    assert [number for number, line in enumerate(lines, 1) if ASKING.search(line)] == []


def test_a_list_of_roles_is_noticed_wherever_it_stands() -> None:
    for text in (
        'STAFF = ("reviewer", "manager")',
        'x = {"auditor": 1, "clerk": 2}',
        'who.role == "helper"',
        'who.role in {"helper"}',
        'who.role not in frozenset({"helper"} | OTHERS)',
        'Membership.role.in_(["manager"])',
        'match role:\n case "owner": pass',
    ):
        assert lists_and_questions(text), text
    for line in (
        'if (me.role === "helper") {',
        '"owner" !== who',
        'case "clerk":',
        'const makers = ["helper", "extension"];',
        '{% if staff.role == "manager" %}',
        "{% if staff.role in makers %}",
    ):
        assert ASKING.search(line), line
    assert not lists_and_questions('add(person, "administrator")\nx = ("a", "owner")')
    assert not ASKING.search('{{ t("role_manager") }} mayWrite("owner", "farm", type)')
