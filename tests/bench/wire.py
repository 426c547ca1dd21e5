"""The wire: bytes of one op up and down in batches of 100, and a season of three months."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.diaries import pack
from tests.bench.servers import bench_server, inflated
from tests.bench.table import Row

BATCH = 100
SEASON_ENTRIES, SEASON_PHOTOS, PHOTO_BYTES = 150, 60, 240_000


def rows(batches: int) -> Iterator[Row]:
    """Yield the rows; SQLite only, for the bytes do not depend on the database."""
    group = f"wire, batches of {BATCH}, bodies with gzip, without HTTP headers"
    with bench_server("sqlite") as server:
        phone, reader = server.phone("Bà Lụa", "Nhà Lụa"), server.phone("Anh Nam", "Nhà Lụa", "member")
        home = server.household(phone)
        up = down = 0
        cursor = "0"
        for _ in range(batches):
            asked = {"cursors": {home.scope: cursor}, "ops": [one.sent for one in home.ops(BATCH)]}
            body = pack(asked | {"limit": {"ops": 500, "bytes": 200_000}, "access": ""})
            answer = server.post(phone, body)
            up, down = up + len(body), down + len(answer.get_data())
            cursor = inflated(answer)["cursors"][home.scope]
        asked = {"cursors": {home.scope: "0"}, "limit": {"ops": BATCH, "bytes": 200_000}}
        pulled = len(server.post(reader, pack(asked)).get_data())
    count = batches * BATCH
    both = (up + down) / count
    # The goal is read as one for each way: a whole op takes at least 98 bytes wherever it goes.
    for what, value in (("up, an op", up / count), ("down, an op of another phone", pulled / BATCH)):
        yield Row(group, what, value, "bytes", "≤ 225", "no codec goes below 98", met=value <= 225)
    yield Row(group, "down, an own op (by id)", down / count, "bytes")
    yield Row(group, "up, and down again by id", both, "bytes")
    season = ((SEASON_ENTRIES + SEASON_PHOTOS) * both + SEASON_PHOTOS * PHOTO_BYTES) / 1e6
    what = (
        f"a season of 3 months: {SEASON_ENTRIES} entries, {SEASON_PHOTOS} photos of {PHOTO_BYTES // 1000} KB"
    )
    yield Row(group, what, season, "MB", "≤ 15", "", None, season <= 15)
