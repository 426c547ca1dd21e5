"""What README and docs/operate.md say of settings, commands and folders is so."""

import re
import tempfile
from dataclasses import fields
from pathlib import Path

from server.app import create_app
from server.config import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
OPERATE = (ROOT / "docs" / "operate.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def test_the_settings_table_names_every_variable_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \|", OPERATE, re.MULTILINE))
    plain = Settings()
    defaults = {field.name.upper(): getattr(plain, field.name) for field in fields(Settings)}
    assert rows.keys() == defaults.keys()
    for name, default in defaults.items():
        if default not in ("", None):
            told = str(int(default)) if isinstance(default, bool) else str(default)
            assert rows[name] == f"`{told}`", name


def test_every_command_of_the_operator_is_told() -> None:
    app = create_app(Settings(data_dir=Path(tempfile.mkdtemp()), tree_every_seconds=0, city_every_seconds=0))
    names = {
        f"{name} {inner}".strip()
        for name, command in app.cli.commands.items()
        if name not in ("db", "openapi")  # the libraries' own
        for inner in (getattr(command, "commands", None) or ("",))
    }
    assert {"upgrade", "tree check"} < names
    assert [name for name in sorted(names) if not re.search(rf"(flask |`){name}\b", OPERATE)] == []


def test_every_make_command_of_the_readme_is_a_target() -> None:
    named = set(re.findall(r"(?:^ {4}|`)make ([a-z-]+)", README, re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    assert {"run", "test"} <= named <= targets


def test_every_file_that_the_readme_names_is_there() -> None:
    named = set(re.findall(r"`((?:sync|server|pwa|tests)/[\w./-]*)`", README))
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_continuous_integration_runs_the_test_target() -> None:
    assert (ROOT / ".ci" / "run").read_text("utf-8").splitlines()[-1] == "make test"
