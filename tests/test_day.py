"""The reckoned day of ten million farms: nothing is lost in it, more workers help, its page is fresh."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.day.queue import serve, waits
from tests.day.traffic import DAY_S, FACTS, Request, requests_of
from tests.tables import day

times = st.floats(0, 1000, allow_nan=False)
crowds = st.lists(
    st.builds(Request, times, st.floats(0.001, 50), st.just(1), st.just(0), st.just(1)), max_size=60
).map(sorted)


@settings(deadline=None)  # a busy machine is no fault of the queue
@given(crowds, st.integers(1, 8), times)
def test_what_arrived_was_served_or_is_being_served_or_waits(
    crowd: list[Request], workers: int, now: float
) -> None:
    served = serve(crowd, workers)
    pairs = list(zip(crowd, served, strict=True))
    assert all(one.at <= two.began <= two.ended for one, two in pairs)
    arrived = sum(one.at <= now for one in crowd)
    ended = sum(two.ended <= now for two in served)
    busy = sum(two.began <= now < two.ended for two in served)
    waiting = sum(one.at <= now < two.began for one, two in pairs)
    assert arrived == ended + busy + waiting
    assert busy <= workers
    assert not waiting or busy == workers  # nobody is idle while somebody waits


@settings(deadline=None)
@given(crowds, st.integers(1, 8), st.integers(1, 4))
def test_nobody_waits_longer_for_there_are_more_workers(
    crowd: list[Request], workers: int, more: int
) -> None:
    few, many = (waits(crowd, serve(crowd, count)) for count in (workers, workers + more))
    assert all(two <= one + 1e-9 for one, two in zip(few, many, strict=True))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_a_seed_gives_one_day_in_the_order_of_time(seed: int, is_storm: bool) -> None:
    made = requests_of(50, seed, is_storm=is_storm)
    assert made == requests_of(50, seed, is_storm=is_storm) == sorted(made)
    assert all(0 <= one.at < DAY_S + 3600 for one in made)


@pytest.mark.parametrize("what", ["ops", "photos"])
def test_farms_send_what_a_season_comes_to(what: str) -> None:
    farms = 4000
    told = FACTS["told"]
    wanted = told["photos_a_day"] + (told["entries_a_day"] if what == "ops" else 0)
    found = sum(getattr(one, what) for one in requests_of(farms, 1)) / farms
    assert found == pytest.approx(wanted, rel=0.05)


def test_the_page_is_as_the_day_gives_it() -> None:
    assert day.PAGE.read_text("utf-8") == day.render(), "python -m tests.tables day"
