"""Memory: what a worker of the real server process holds while phones push and send photos."""

from __future__ import annotations

import base64
import hashlib
import http.client
import io
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from sync import ids
from tests.bench.diaries import requests
from tests.bench.servers import bench_server
from tests.bench.table import ROOT, Row
from tests.server.phones import Phone

PHOTOS = 20


def rows(batches: int) -> Iterator[Row]:
    """Yield the greatest resident memory of a worker under load, on SQLite."""
    with bench_server("sqlite") as server:
        phone = server.phone("Bà Lụa", "Nhà Lụa")
        home = server.household(phone)
        bodies = requests(list(home.ops(100 * batches)))
        folder = server.settings.data_dir
        with Served(folder, server.settings.origin or "") as (port, master):
            for body in bodies:
                _post(port, phone, body)
            for place in range(PHOTOS):
                _send_photo(port, phone, home.scope, _picture(place))
            workers = [_peak_mb(pid) for pid in _children(master)]
    worst = max(workers)
    group = "memory, gunicorn with 2 workers"
    yield Row(
        group,
        f"peak of a worker: {batches * 100} ops and {PHOTOS} photos",
        worst,
        "MB",
        "≤ 150",
        "",
        None,
        worst <= 150,
    )


class Served:
    """A gunicorn on a free port, ended with the block."""

    def __init__(self, folder: Path, origin: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.environ = os.environ | {
            "DATA_DIR": str(folder),
            "ORIGIN": origin,
            "DEMO": "0",
            "LOG_LEVEL": "ERROR",
        }

    def __enter__(self) -> tuple[int, int]:
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--workers=2",
            f"--bind=127.0.0.1:{self.port}",
            "wsgi:app",
        ]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environ, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                http.client.HTTPConnection("127.0.0.1", self.port, timeout=5).request("GET", "/health")
                break
            except OSError:
                time.sleep(0.1)
        return self.port, self.process.pid

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)


def _post(port: int, phone: Phone, body: bytes) -> None:
    headers = phone.headers | {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    _ask(port, "POST", "/api/v1/sync", body, headers)


def _send_photo(port: int, phone: Phone, scope: str, data: bytes) -> None:
    folder = f"/api/v1/photos/{scope.replace(':', '/')}"
    sha256 = ids.b64_encode(hashlib.sha256(data).digest())
    tus = phone.headers | {"Tus-Resumable": "1.0.0"}
    named = "sha256 " + base64.b64encode(sha256.encode()).decode()
    _ask(port, "POST", folder, b"", tus | {"Upload-Length": str(len(data)), "Upload-Metadata": named})
    part = tus | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    _ask(port, "PATCH", f"{folder}/{sha256}", data, part)


def _ask(port: int, method: str, path: str, body: bytes, headers: dict[str, str]) -> None:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    link.request(method, path, body, headers)
    answer = link.getresponse()
    text = answer.read()
    assert answer.status < 300, (answer.status, text[:300])
    link.close()


def _picture(seed: int) -> bytes:
    """Return a picture as a phone sends it: 1600 × 1200, about 250 KB."""
    noise = Image.frombytes("RGB", (200, 150), random.Random(seed).randbytes(90_000))
    out = io.BytesIO()
    noise.resize((1600, 1200), Image.Resampling.BICUBIC).save(out, "JPEG", quality=80)
    return out.getvalue()


def _children(master: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]


def _peak_mb(pid: int) -> float:
    line = next(
        one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith("VmHWM")
    )
    return int(line.split()[1]) / 1024
