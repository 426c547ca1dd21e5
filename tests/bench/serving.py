"""The server as it is run: gunicorn, two workers of four threads, over a socket."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time

from server.config import Settings
from tests.bench.table import ROOT


class Served:
    """A gunicorn on a free port, ended with the block; gives the port and the process of its master.

    Shape:  `more` are settings that differ from those of the block's own app.
    """

    def __init__(self, settings: Settings, **more: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.environ = os.environ | {
            "DATA_DIR": str(settings.data_dir),
            "DATABASE_URL": settings.database_url,
            "ORIGIN": settings.origin or "",
            "DEMO": "0",
            "LOG_LEVEL": "ERROR",
            "OPS_PER_DAY": str(10**9),  # a bench sends in a minute what a household sends in years
            **more,
        }

    def __enter__(self) -> tuple[int, int]:
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--workers=2",
            "--threads=4",
            f"--bind=127.0.0.1:{self.port}",
            "wsgi:app",
        ]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environ, stderr=subprocess.DEVNULL, start_new_session=True
        )
        for _ in range(200):
            try:
                http.client.HTTPConnection("127.0.0.1", self.port, timeout=5).request("GET", "/health")
                break
            except OSError:
                time.sleep(0.1)
        return self.port, self.process.pid

    def kill(self) -> None:
        """End master and workers at once, as the death of their machine does."""
        os.killpg(self.process.pid, signal.SIGKILL)

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)


def ask(port: int, method: str, path: str, body: bytes, headers: dict[str, str]) -> None:
    """Send one request over a connection of its own.

    Raises: AssertionError for an answer that is no success.
    """
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    link.request(method, path, body, headers)
    answer = link.getresponse()
    text = answer.read()
    assert answer.status < 300, (answer.status, text[:300])
    link.close()
