"""Files stay small, and nothing unfinished or bound to one machine is committed. Reads what git tracks."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINES_MAX = 400
# A migration is generated and lists a whole schema in one file.
GENERATED = "server/migrations/versions/"
# Files over LINES_MAX with the lines they have now; a number here may only shrink.
RATCHET: dict[str, int] = {}
CODE = {".py", ".ts", ".tsx", ".css", ".html", ".mako"}
TEXT = CODE | {".md", ".toml", ".json", ".ini", ".yml"}
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
MACHINE = re.compile(r"(?<![\w.])/(?:wo" + r"rk/|ro" + r"ot/|ho" + r"me/\w|Us" + r"ers/\w|tm" + r"p/\w)")


def tracked() -> list[str]:
    """Return the files of ours: what git tracks, or what lies there where there is no git."""
    run = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = run.stdout.splitlines() or [str(path.relative_to(ROOT)) for path in sorted(ROOT.rglob("*.*"))]
    ours = [
        name
        for name in names
        if not re.search(r"(^|/)(\.venv|node_modules|dist|instance)/|\.lock$|-lock", name)
    ]
    return [name for name in ours if (ROOT / name).is_file()]


NAMES = tracked()
SIZED = [name for name in NAMES if Path(name).suffix in CODE and not name.startswith(GENERATED)]


@pytest.mark.parametrize("name", SIZED)
def test_a_file_of_code_keeps_to_its_size(name: str) -> None:
    lines = len((ROOT / name).read_text("utf-8").splitlines())
    assert lines <= RATCHET.get(name, LINES_MAX)


def test_a_file_that_shrank_leaves_the_ratchet() -> None:
    for name in RATCHET:
        path = ROOT / name
        assert path.is_file(), name
        assert len(path.read_text("utf-8").splitlines()) > LINES_MAX, name


@pytest.mark.parametrize("name", [name for name in NAMES if Path(name).suffix in TEXT])
def test_a_file_holds_nothing_unfinished_and_no_path_of_a_machine(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert UNFINISHED.search(text) is None
    assert MACHINE.search(text) is None
