"""What stands on other people's work is locked by hash, under licences that we may use, and told truly."""

import base64
import importlib.metadata
import json
import re
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.supply import bom, locks, page, refresh
from tests.supply.locks import NPM_LOCK, PYTHON_LOCKS, ROOT, Package

PACKAGES = [*locks.python_packages(), *locks.npm_packages()]
# Licences that ask for nothing but their text: SPDX. Another one needs its reason in reasons.toml (copyleft).
FREE = {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "CC0-1.0", "CNRI-Python"}
FREE |= {"ISC", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0", "PostgreSQL"}


@pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=lambda path: path.name)
def test_every_python_package_of_a_lock_has_hashes_and_no_address(lock: Path) -> None:
    named = locks.pinned(lock)
    assert named
    assert [name for name, (_, hashes) in named.items() if not hashes] == []
    assert "://" not in lock.read_text("utf-8")


def test_a_line_without_a_hash_is_no_lock(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("flask==3.1.3\n", "utf-8")
    with pytest.raises(ValueError, match="flask"):
        locks.pinned(lock)


def test_every_package_of_npm_has_a_hash_and_no_address() -> None:
    text = NPM_LOCK.read_text("utf-8")
    packages = {path: said for path, said in json.loads(text)["packages"].items() if path}
    for path, said in packages.items():
        algorithm, _, value = said["integrity"].partition("-")
        assert (algorithm, len(base64.b64decode(value))) == ("sha512", 64), path
        assert "resolved" not in said, path


def test_whatever_make_installs_from_pip_is_locked() -> None:
    made = (ROOT / "Makefile").read_text("utf-8")
    installs = re.findall(r"pip install .*", made)
    assert installs
    assert [line for line in installs if "--require-hashes -r requirements" not in line] == []


def test_no_package_binds_us_by_its_licence() -> None:
    asks = page.reasons()["copyleft"]
    bound: list[str] = []
    for package in PACKAGES:
        parts = re.split(r" (?:AND|OR) ", package.licence)
        if not FREE.issuperset(parts) and package.licence not in asks:
            bound.append(f"{package.name}: {package.licence}")
    assert bound == []


def test_what_the_phone_loads_asks_for_nothing_back() -> None:
    loaded = [one for one in PACKAGES if one.world == "npm" and one.use == "runtime"]
    assert loaded
    assert [one.name for one in loaded if not FREE.issuperset(re.split(" OR ", one.licence))] == []


def _installed(package: Package) -> str | None:
    try:
        return importlib.metadata.metadata(package.name).get("License-Expression")
    except importlib.metadata.PackageNotFoundError:
        return None


def test_licences_of_python_packages_are_what_they_say_of_themselves() -> None:
    ours = [one for one in PACKAGES if one.world == "python"]
    said = {one.name: _installed(one) for one in ours}
    known = {one.name: one.licence for one in ours}
    assert {name: known[name] for name, licence in said.items() if licence} == {
        name: licence for name, licence in said.items() if licence
    }


def test_everything_asked_for_by_name_has_its_reason_and_its_day() -> None:
    reasons = page.reasons()
    for world in ("python", "npm"):
        direct = {one.name for one in PACKAGES if one.world == world and one.direct}
        assert direct == reasons[world].keys()
    assert [one.name for one in PACKAGES if one.direct and not one.released] == []
    assert {one.name for one in page.quiet(PACKAGES)} == reasons["quiet"].keys()


def test_the_pages_are_those_of_the_locks() -> None:
    told = page.PAGE.read_text("utf-8")
    assert page.filled(told) == told
    assert bom.SBOM.read_text("utf-8") == bom.sbom()


def test_the_list_for_machines_is_cyclonedx() -> None:
    checker = JsonStrictValidator(SchemaVersion.V1_6)
    text = bom.SBOM.read_text("utf-8")
    assert checker.validate_str(text) is None
    assert checker.validate_str(text.replace('"purl"', '"address"', 1)) is not None
    assert len(json.loads(text)["components"]) == len(PACKAGES)


def test_an_update_says_what_came_went_and_changed() -> None:
    before = {"python a": "1", "python b": "1", "npm c": "2"}
    after = {"python a": "2", "npm c": "2", "npm d": "1"}
    assert refresh.changes(before, after) == [
        "npm d: — → 1",
        "python a: 1 → 2",
        "python b: 1 → —",
    ]


def test_every_file_that_the_page_names_is_there() -> None:
    told = page.PAGE.read_text("utf-8").split(page.BEGIN)[0]
    named = set(re.findall(r"`((?:sync|server|pwa|tests|docs)/[\w./-]+)`", told))
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
