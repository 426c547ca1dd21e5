"""A server that is killed often: two processes forked from one that has the program loaded and nothing else.

As gunicorn does with its workers: to load the program takes seconds, a fork none. Commands on its
standard input: `start` and `kill`, each answered by a line when it is done.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys

from flask import Flask
from werkzeug.serving import make_server

from server.app import create_app
from server.config import Settings
from server.db import db
from tests.bench.serving import Served
from tests.bench.table import ROOT

WORKERS = 2


class Forked:
    """The process that forks; `start` and `kill` come back when it is so."""

    def __init__(self, settings: Settings, **more: str) -> None:
        said = Served(settings, LOG_LEVEL="CRITICAL", TREE_EVERY_SECONDS="0", CITY_EVERY_SECONDS="0", **more)
        self.port = said.port
        command = [sys.executable, "-m", "tests.server.forked", str(said.port)]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=said.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> Forked:
        return self

    def start(self) -> None:
        """Serve."""
        self._do("start")

    def kill(self) -> None:
        """End every process that serves at once, and return when none is left."""
        self._do("kill")

    def _do(self, command: str) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == f"{command}\n"

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)
        assert self._process.stdout is not None
        self._process.stdout.close()


def main(port: int) -> None:
    """Fork and kill as told, until nobody says anything more."""
    children: list[int] = []
    app = create_app()
    with app.app_context():
        app.test_client().post("/api/v1/sync", json={})  # what a first request loads, it loads here
        db.engine.dispose()  # no connection is shared by two processes
    with socket.create_server(("127.0.0.1", port), backlog=128) as listening:
        for line in sys.stdin:
            if line == "start\n":
                children = [_serve(app, listening) for _ in range(WORKERS)]
            else:
                _end(children)
            print(line, end="", flush=True)
        _end(children)


def _end(children: list[int]) -> None:
    while children:
        child = children.pop()
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _serve(app: Flask, listening: socket.socket) -> int:
    child = os.fork()
    if child:
        return child
    sys.stdin.close()
    port = listening.getsockname()[1]
    make_server("127.0.0.1", port, app, threaded=True, fd=listening.fileno()).serve_forever()
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
