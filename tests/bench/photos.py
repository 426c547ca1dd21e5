"""Photos that come in over sockets: one phone after the other, and four at once, to two workers.

Each is looked at, turned, made smaller twice and stored before it is answered: the pictures' work, not the
wire's, is what is measured.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from tests.bench.memory import children, peak_mb, picture, send_photo
from tests.bench.servers import bench_server
from tests.bench.serving import Served
from tests.bench.table import Row, median_of
from tests.server.phones import Phone

PHONES = 4


def rows(kind: str, each: int) -> Iterator[Row]:
    """Yield the rows of one database: `each` photos by one phone, then as many by each of four at once."""
    group = f"photos, {kind}, about 250 KB each, 2 workers"
    with bench_server(kind) as server:
        phones = [server.phone(f"Chủ hộ {one}", f"Nhà {one}") for one in range(PHONES + 1)]
        homes = [server.household(phone, seed) for seed, phone in enumerate(phones)]
        pictures = [[picture(place * each + one) for one in range(each)] for place in range(PHONES + 1)]
        with Served(server.settings) as (port, master):

            def send(place: int) -> list[float]:
                return [_timed(port, phones[place], homes[place].scope, data) for data in pictures[place]]

            with ThreadPoolExecutor(PHONES) as pool:  # not counted: workers that load
                list(
                    pool.map(
                        lambda at: _timed(port, phones[0], homes[0].scope, picture(10**6 + at)), range(8)
                    )
                )
            began = time.perf_counter()
            alone = send(PHONES)
            least = each / (time.perf_counter() - began)
            began = time.perf_counter()
            with ThreadPoolExecutor(PHONES) as pool:
                together = [one for took in pool.map(send, range(PHONES)) for one in took]
            most = PHONES * each / (time.perf_counter() - began)
            worst = max(peak_mb(pid) for pid in children(master))
    yield Row(group, "one phone: photos a second", least, "/s")
    yield Row(group, f"{PHONES} phones at once: photos a second", most, "/s")
    yield Row(group, f"{PHONES} at once / one", most / least, "", "≥ 1.00", met=most >= least)
    for what, took in (("one phone", alone), (f"{PHONES} at once", together)):
        value, spread = median_of([one * 1000 for one in took])
        yield Row(group, f"{what}: a photo", value, "ms", spread=spread)
    yield Row(group, "peak of a worker", worst, "MB", "≤ 150", met=worst <= 150)


def _timed(port: int, phone: Phone, scope: str, data: bytes) -> float:
    began = time.perf_counter()
    send_photo(port, phone, scope, data)
    return time.perf_counter() - began
