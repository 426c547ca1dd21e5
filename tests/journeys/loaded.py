"""A process that has the program loaded and does nothing else; servers and commands are forked from it.

As gunicorn does with its workers: to load the program takes seconds of both cores, a fork none. What runs
in the fork is the module that the operator would start, with its words and its environment.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import runpy
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def begin(
    words: Sequence[str], environment: Mapping[str, str], said: Path | None = None
) -> ForkServerProcess:
    """Return the process of `python -m <words>`, begun.

    Shape:  what it prints goes into the file `said`, its complaints into one with `.errors` behind the name.
    """
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["tests.journeys.program"])
    begun = forks.Process(target=_run, args=(tuple(words), dict(environment), said), daemon=True)
    begun.start()
    return begun


def errors_of(said: Path) -> Path:
    """Return the file of what a process complained of."""
    return said.with_name(f"{said.name}.errors")


def _run(words: tuple[str, ...], environment: dict[str, str], said: Path | None) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    if said is not None:
        for number, path in ((1, said), (2, errors_of(said))):
            os.dup2(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), number)
    sys.argv = list(words)
    try:
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    finally:  # a fork ends without them, and the server keeps its watermark so
        atexit._run_exitfuncs()
