"""What lies in `deploy/` fits the program: files are there, settings known, no unit open."""

import os
import re
import sqlite3
import subprocess
import sys
from configparser import ConfigParser
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import pytest

from server.config import SQLITE_FILE, Settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
GUIDE = (DEPLOY / "README.md").read_text("utf-8")
SERVICES = sorted((DEPLOY / "systemd").glob("*.service"))
INSTALLED = "/opt/so-nha-nong/"
CLOSED = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "MemoryDenyWriteExecute": "yes",
    "RestrictNamespaces": "yes",
    "UMask": "0077",
    "User": "so-nha-nong",
}


# What of rsync the script uses: the checkpoint alone, all but the checkpoint, one file; 23: nothing there.
RSYNC = """#!/bin/sh
for last; do from="$to"; to="$last"; done
case "$*" in
*--include=checkpoint*) [ -f "$from/checkpoint" ] || exit 23; cp "$from/checkpoint" "$to" ;;
*--exclude*) cp -r "$from"/tile "$to" ;;
*) cp "$from" "$to" ;;
esac
"""


def service_of(path: Path) -> dict[str, str]:
    """Return the section of a unit; of a name that is given twice the last value."""
    read = ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read(path, "utf-8")
    return dict(read["Service"])


@pytest.mark.parametrize("path", SERVICES, ids=lambda one: one.name)
def test_a_unit_is_closed_and_starts_what_is_there(path: Path) -> None:
    service = service_of(path)
    assert service.items() >= CLOSED.items()
    program, *words = service["ExecStart"].split()
    assert program.startswith(INSTALLED)
    ours = [program.removeprefix(INSTALLED), *words]
    named = [one for one in ours if one.startswith("deploy/")]
    assert [one for one in named if not (ROOT / one).is_file()] == []


@pytest.mark.parametrize(("revision", "code"), [(None, 0), ("0000000f", 1)])
def test_who_starts_a_server_that_refuses_is_told(tmp_path: Path, revision: str | None, code: int) -> None:
    if revision is not None:  # a newer version was here
        with closing(sqlite3.connect(tmp_path / SQLITE_FILE)) as newer:
            newer.execute("CREATE TABLE alembic_version (version_num TEXT PRIMARY KEY)")
            newer.execute("INSERT INTO alembic_version VALUES (?)", [revision])
            newer.commit()
    program, *words = service_of(DEPLOY / "systemd" / "so-nha-nong.service")["ExecStartPre"].split()
    ours = Path(sys.executable).with_name(Path(program).name)
    here = os.environ | {"DATA_DIR": str(tmp_path)}
    run = subprocess.run([ours, *words], cwd=ROOT, env=here, capture_output=True, text=True, check=False)
    assert run.returncode == code, run.stderr
    assert ("NewerSchema" in run.stderr) == bool(code)


def test_the_guide_begins_every_unit_that_is_not_by_choice() -> None:
    timers = {one.name for one in (DEPLOY / "systemd").glob("*.timer")}
    started = {one.name for one in SERVICES if f"{one.stem}.timer" not in timers} | timers
    assert [one for one in started if one.removesuffix(".service") not in GUIDE] == []


def test_the_settings_that_are_handed_out_are_known() -> None:
    known = {field.name.upper() for field in fields(Settings)}
    known |= {f"{name}_FILE" for name in ("DATABASE_URL", "CITY_TOKEN", "MQTT_URL")}
    scripts = ("nightly", "copy-tree", "gunicorn.conf.py")
    used = " ".join((DEPLOY / name).read_text("utf-8") for name in scripts)
    named = re.findall(r"^#?([A-Z_]+)=", (DEPLOY / "settings.env").read_text("utf-8"), re.MULTILINE)
    assert named
    assert [name for name in named if name not in known and not re.search(rf"\b{name}\b", used)] == []


def test_a_copy_of_a_greater_log_is_never_written_over(tmp_path: Path) -> None:
    """A server that came back without its newest log would else take away what it lacks."""
    tools, here, there = (tmp_path / name for name in ("tools", "tree", "copy"))
    for folder in (tools, here / "tile", there):
        folder.mkdir(parents=True)
    (tools / "rsync").write_text(RSYNC, "utf-8")
    (tools / "rsync").chmod(0o700)
    place = {"PATH": f"{tools}:/usr/bin:/bin", "TREE_DIR": str(here), "TREE_COPY": str(there)}
    for size, code, kept in ((5, 0, 5), (9, 0, 9), (7, 1, 9)):
        (here / "checkpoint").write_text(f"origin\n{size}\nroot\n", "utf-8")
        (here / "tile" / str(size)).touch()
        done = subprocess.run(["sh", str(DEPLOY / "copy-tree")], env=place, check=False)
        assert done.returncode == code
        assert (there / "checkpoint").read_text("utf-8").split()[1] == str(kept)
    assert sorted(one.name for one in (there / "tile").iterdir()) == ["5", "9"]


def test_nights_that_fail_or_are_cut_off_do_not_fill_the_disk(tmp_path: Path) -> None:
    flask = tmp_path / "flask"
    flask.write_text('#!/bin/sh\n[ "$3" = verify ] && exit "$CODE"\necho one > "$4"\n', "utf-8")
    flask.chmod(0o700)
    folder = tmp_path / "backups"
    (folder / "so-nha-nong-trial-x").mkdir(parents=True)
    for name in (".night-1.zip.part", "night-1.zip", "night-1.zip.bad", "night-2.zip.bad", "mine.bad"):
        (folder / name).touch()
        os.utime(folder / name, times=(0, 0))
    place = {"PATH": "/usr/bin:/bin", "FLASK": str(flask), "BACKUP_DIR": str(folder)}
    for code, good, bad in (("1", 1, 2), ("0", 1, 2)):
        done = subprocess.run(["sh", str(DEPLOY / "nightly")], env=place | {"CODE": code}, check=False)
        assert done.returncode == int(code)
        assert len(list(folder.glob("night-*.zip"))) == good, "after a bad night the old good one stays"
        assert len(list(folder.glob("night-*.bad"))) == bad
    left = {one.name for one in folder.iterdir()} - {one.name for one in folder.glob("night-*")}
    assert left == {".nightly.lock", "mine.bad"}


def test_nothing_is_written_where_a_disk_is_away(tmp_path: Path) -> None:
    """An ordinary folder lies below a disk that is not mounted."""
    folder, table = tmp_path / "disk" / "backups", tmp_path / "fstab"
    folder.mkdir(parents=True)
    script = str(DEPLOY / "disk-is-there")
    for fstab, place, code in (
        (f"/dev/none / ext4 defaults 0 1\n/dev/none {folder.parent} ext4 nofail 0 2\n", str(folder), 1),
        (f"/dev/none {folder} ext4 nofail 0 2\n", str(folder), 1),
        (f"/dev/none {folder} ext4 nofail 0 2\n", f"{folder}-beside", 0),
        (f"/dev/none {folder} ext4 nofail 0 2\n", "so@elsewhere.example.vn:tree", 0),
        ("proc /proc proc defaults 0 0\n", "/proc/backups", 0),
        ("# nothing\n", str(folder), 0),
    ):
        table.write_text(fstab, "utf-8")
        done = subprocess.run([script, place], env={**os.environ, "FSTAB": str(table)}, check=False)
        assert done.returncode == code, (fstab, place)
    table.write_text(f"/dev/none {folder} ext4 nofail 0 2\n", "utf-8")
    away = {"PATH": "/usr/bin:/bin", "FSTAB": str(table), "BACKUP_DIR": str(folder), "FLASK": "/bin/true"}
    assert subprocess.run(["sh", str(DEPLOY / "nightly")], env=away, check=False).returncode == 1
    (tmp_path / "checkpoint").touch()
    away |= {"TREE_DIR": str(tmp_path), "TREE_COPY": str(folder)}
    assert subprocess.run(["sh", str(DEPLOY / "copy-tree")], env=away, check=False).returncode == 1
    assert list(folder.iterdir()) == []


def test_a_folder_that_its_unit_may_write_is_no_disk(tmp_path: Path) -> None:
    """`ReadWritePaths` makes a mount point of a folder, onto itself: what asks for one hears yes there."""
    folder, table, tools = (tmp_path / name for name in ("copy", "fstab", "tools"))
    folder.mkdir()
    tools.mkdir()
    table.write_text(f"/dev/none {folder} ext4 nofail 0 2\n", "utf-8")
    (tools / "mountpoint").symlink_to("/bin/true")
    place = {"PATH": f"{tools}:/usr/bin:/bin", "FSTAB": str(table)}
    done = subprocess.run([str(DEPLOY / "disk-is-there"), str(folder)], env=place, check=False)
    assert done.returncode == 1


def test_every_file_that_the_guide_takes_is_there() -> None:
    named = set(re.findall(r"deploy/[\w./*-]+", GUIDE))
    assert [one for one in named if not list(ROOT.glob(one.rstrip(".")))] == []
