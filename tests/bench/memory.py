"""Memory: what a worker of the real server process holds while phones push and send photos."""

from __future__ import annotations

import base64
import hashlib
import io
import random
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from sync import ids
from tests.bench.diaries import requests
from tests.bench.servers import bench_server
from tests.bench.serving import Served, ask
from tests.bench.table import Row
from tests.server.phones import Phone

PHOTOS = 20


def rows(batches: int) -> Iterator[Row]:
    """Yield the greatest resident memory of a worker under load, on SQLite."""
    with bench_server("sqlite") as server:
        phone = server.phone("Bà Lụa", "Nhà Lụa")
        home = server.household(phone)
        bodies = requests(list(home.ops(100 * batches)))
        with Served(server.settings) as (port, master):
            for body in bodies:
                _post(port, phone, body)
            for place in range(PHOTOS):
                send_photo(port, phone, home.scope, picture(place))
            workers = [peak_mb(pid) for pid in children(master)]
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


def _post(port: int, phone: Phone, body: bytes) -> None:
    headers = phone.headers | {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    ask(port, "POST", "/api/v1/sync", body, headers)


def send_photo(port: int, phone: Phone, scope: str, data: bytes) -> None:
    """Send a photo that is not there yet, as a phone does: create, then one piece."""
    folder = f"/api/v1/photos/{scope.replace(':', '/')}"
    sha256 = ids.b64_encode(hashlib.sha256(data).digest())
    tus = phone.headers | {"Tus-Resumable": "1.0.0"}
    named = "sha256 " + base64.b64encode(sha256.encode()).decode()
    ask(port, "POST", folder, b"", tus | {"Upload-Length": str(len(data)), "Upload-Metadata": named})
    part = tus | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    ask(port, "PATCH", f"{folder}/{sha256}", data, part)


def picture(seed: int) -> bytes:
    """Return a picture as a phone sends it: 1600 × 1200, about 250 KB."""
    noise = Image.frombytes("RGB", (200, 150), random.Random(seed).randbytes(90_000))
    out = io.BytesIO()
    noise.resize((1600, 1200), Image.Resampling.BICUBIC).save(out, "JPEG", quality=80)
    return out.getvalue()


def children(master: int) -> list[int]:
    """Return the workers of a gunicorn."""
    return [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]


def peak_mb(pid: int) -> float:
    """Return the greatest resident memory that a process ever had."""
    line = next(
        one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith("VmHWM")
    )
    return int(line.split()[1]) / 1024
