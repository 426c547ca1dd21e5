"""The tables of a day of ten million farms, in `docs/grow.md`: `python -m tests.tables day`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.day.queue import least_workers, serve, share, waits
from tests.day.traffic import DAY_S, FACTS, Request, requests_of

PAGE = Path(__file__).parents[2] / "docs" / "grow.md"
BEGIN, END = "<!-- day: made by `python -m tests.tables day` -->\n", "<!-- /day -->\n"
FARMS, SHARDS, SEED = 10_000_000, 400, 10
OF_SHARD = FARMS // SHARDS
SHOWN = (0.5, 0.95, 0.99)


def render() -> str:
    """Return the page with its tables made anew."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    assert after, "the marks of the table are gone"
    return before + BEGIN + "\n" + tables() + "\n" + END + after


def tables() -> str:
    """Return both tables."""
    usual = requests_of(OF_SHARD, SEED)
    storm = requests_of(OF_SHARD, SEED, is_storm=True)
    chosen = FACTS["chosen"]
    needed = least_workers(usual, chosen["wait_p99_s"])
    after = least_workers(storm, chosen["storm_wait_p99_s"])
    lines = [
        f"One shard: {OF_SHARD:,} farms, one of {SHARDS}. Waiting before a worker begins, seconds.",
        "",
        "| day | workers | busy | p50 | p95 | p99 | longest |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, day, counts in (("usual", usual, _around(needed)), ("storm", storm, _around(after))):
        lines += [_waiting(name, day, workers) for workers in counts]
    return "\n".join([*lines, "", *_amounts(usual, storm, needed, after), ""])


def _around(workers: int) -> list[int]:
    return sorted({max(1, workers - 1), workers, workers + 2})


def _waiting(name: str, day: list[Request], workers: int) -> str:
    found = sorted(waits(day, serve(day, workers)))
    busy = sum(one.needs for one in day) / (workers * DAY_S)
    shown = " | ".join(f"{share(found, part):,.2f}" for part in SHOWN)
    return f"| {name} | {workers} | {busy:.0%} | {shown} | {found[-1]:,.1f} |"


def _amounts(usual: list[Request], storm: list[Request], needed: int, after: int) -> list[str]:
    measured, told, chosen = FACTS["measured"], FACTS["told"], FACTS["chosen"]
    ops, photos = (sum(getattr(one, what) for one in usual) * SHARDS for what in ("ops", "photos"))
    hours = Counter(int(one.at // 3600) for one in usual)
    busiest = max(hours.values()) * SHARDS / 3600
    sent, back = (sum(one.bytes for one in day) * SHARDS / 1e12 for day in (usual, storm))
    log, rows = (ops * 365 * measured[f"{name}_bytes_an_op"] / 1e12 for name in ("log", "all"))
    kept = photos * 365 * told["photo_bytes"] * told["photo_kept_share"] / 1e15
    usual_s, storm_s = chosen["wait_p99_s"], chosen["storm_wait_p99_s"]
    table = {
        "requests": f"{len(usual) * SHARDS / 1e6:,.1f} million, {busiest:,.0f} a second in the busiest hour",
        "ops, photos": f"{ops / 1e6:,.1f} million, {photos / 1e6:,.1f} million",
        "bytes over the network": f"{sent:,.2f} TB; on the day after a storm {back:,.2f} TB",
        f"workers for p99 ≤ {usual_s:g} s": f"{needed} a shard, {needed * SHARDS:,} in all",
        f"workers for p99 ≤ {storm_s:g} s after a storm": f"{after} a shard, {after * SHARDS:,} in all",
        "rows a year": f"{log:,.1f} TB of log, {rows:,.1f} TB with every view; each copy as much again",
        "photos a year": f"{kept:,.2f} PB",
    }
    rows_of = [f"| {name} | {value} |" for name, value in table.items()]
    return [f"| all {SHARDS} shards, a usual day | |", "| --- | --- |", *rows_of]
