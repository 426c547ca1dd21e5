"""Case 105: a server killed at any moment keeps what it said it kept."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from pathlib import Path

WRITER = """
import sys
from pathlib import Path
from sqlalchemy import text
from server.app import create_app
from server.config import Settings
from server.db import run_write

app = create_app(Settings(data_dir=Path(sys.argv[1])))
with app.app_context():
    run_write(lambda s: s.execute(text("CREATE TABLE IF NOT EXISTS n (value INTEGER PRIMARY KEY, more)")))
    begin = run_write(lambda s: s.scalar(text("SELECT coalesce(max(value), 0) FROM n")))
    for value in range(begin + 1, begin + 100_000):
        run_write(lambda s: s.execute(text("INSERT INTO n VALUES (:v, randomblob(3000))"), {"v": value}))
        print(value, flush=True)
"""


def test_case_105_a_killed_server_has_lost_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    rng = random.Random(105)
    for _ in range(2):
        wanted = rng.randint(3, 30)
        last = write_until_killed(tmp_path, wanted)
        database = sqlite3.connect(tmp_path / "so-nha-nong.db")
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        count, highest = database.execute("SELECT count(*), max(value) FROM n").fetchone()
        database.close()
        assert count == highest
        assert highest in (last, last + 1)


def write_until_killed(folder: Path, lines: int) -> int:
    """Let a process write, kill it after so many acknowledged numbers; return the last one it told."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", WRITER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(lines)]
        process.kill()
        told += [line for line in process.stdout if line.endswith("\n")]
    return int(told[-1])
