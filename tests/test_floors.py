"""Every Python module has its floor and imports only from its own or from lower ones, without a cycle.

Reads the source with `ast`; a module loaded by name (`import_module`) is not seen.
"""

import ast
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SYNC = (
    "limits errors",
    "ids values units civil lunar plain codes",
    "ops signing cose",
    "merge log erasure tree checkpoint",
    "tiles",
    "attendance forms form_shape form_values rights reviews checklists lists_read sales vietqr readings",
    "lists crops",
    "lists_wire lists_search rules lots",
    "wire ports bundle_devices",
    "bundle",
    "verify sensor",
)
SERVER = (
    "config db errors heap",
    "models",
    "store",
    "services",
    "schemas auth",
    "api pages",
    "problems",
    "answers rim",
    "app cli migrations demo",
)
# Known reaches past a floor; the list may only shrink.
EXCEPTIONS = {
    ("server.api.photos", "server.store.blobs"),
    ("server.pages.problems", "server.problems"),
}
FLOORS = {
    f"{package}.{name}": floor
    for package, floors in (("sync", SYNC), ("server", SERVER))
    for floor, names in enumerate(floors)
    for name in names.split()
}


def name_of(path: Path) -> str:
    """Return the dotted name of a module's file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {
    name_of(path): path for package in ("sync", "server") for path in sorted((ROOT / package).rglob("*.py"))
}


def imports_of(text: str) -> set[str]:
    """Return the dotted names that a source imports, `from a import b` as a.b where that is a module."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            module = node.module or ""
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                found.add(inner if inner in FILES else module)
    return found


def floor_of(name: str) -> tuple[str, int]:
    """Return the package and floor of a module; KeyError for one without a floor."""
    parts = name.split(".")
    return parts[0], FLOORS[".".join(parts[:2])]


def reaches(name: str, imported: set[str]) -> set[tuple[str, str]]:
    """Return the imports of `name` that break the order."""
    package, floor = floor_of(name)
    broken = set()
    for other in imported:
        if other.split(".")[0] not in ("sync", "server") or other in ("sync", "server"):
            continue
        their_package, theirs = floor_of(other)
        upwards = package == their_package and theirs > floor
        outwards = package == "sync" and their_package == "server"
        past = name.startswith(("server.api.", "server.pages.")) and other.startswith(
            ("server.store", "server.models")
        )
        if upwards or outwards or past:
            broken.add((name, other))
    return broken


IMPORTS = {name: imports_of(path.read_text("utf-8")) for name, path in FILES.items()}
MODULES = sorted(name for name in FILES if "." in name)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_has_a_floor_and_imports_nothing_above_it(name: str) -> None:
    assert reaches(name, IMPORTS[name]) <= EXCEPTIONS


def test_an_exception_that_is_no_longer_needed_is_struck_from_the_list() -> None:
    needed = set().union(*(reaches(name, IMPORTS[name]) for name in MODULES))
    assert needed >= EXCEPTIONS


def test_an_import_from_above_is_noticed() -> None:
    assert reaches("sync.ops", imports_of("from sync import merge")) == {("sync.ops", "sync.merge")}
    assert reaches("server.store.log", imports_of("import server.services.syncing"))
    assert reaches("sync.wire", imports_of("from server.errors import ServiceError"))
    assert not reaches("server.store.log", imports_of("from server.errors import ServiceError"))


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {name: {other for other in IMPORTS[name] if other in FILES} for name in MODULES}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"circle: {error.args[1]}")
    assert len(order) >= len(MODULES)


def test_the_core_imports_the_standard_library_and_cryptography_for_signing_alone() -> None:
    for name in MODULES:
        if name.startswith("sync."):
            outside = {other.split(".")[0] for other in IMPORTS[name]} - sys.stdlib_module_names - {"sync"}
            assert outside <= ({"cryptography"} if name == "sync.signing" else set()), name
