"""The bench itself: what it sends is taken, its table reads, its sums are right. No time is looked at."""

from __future__ import annotations

from flask import Flask

from server.config import now_ms
from server.db import run_write
from server.models.log import OpRow
from server.services import inbox, sequencing
from server.services.inbox import Wanted
from server.services.viewing import make_current
from tests.bench import review, tree
from tests.bench.diaries import Household, requests
from tests.bench.pull import append
from tests.bench.push import check_log, floor
from tests.bench.servers import Bench, inflated
from tests.bench.table import Row, median_of, percentile, show
from tests.server.phones import start
from tests.server.test_demo import rows


def test_what_the_bench_pushes_is_accepted_and_its_floor_inserts_as_much(app: Flask) -> None:
    start()
    server = Bench("", app, app.extensions["settings"])
    phone, other = server.phone("Bà Lụa", "Nhà Lụa"), server.phone("Ông Cả", "Nhà Cả")
    home, beside = server.household(phone), server.household(other, 2)
    [body] = requests(list(home.ops(30)))
    answer = inflated(server.post(phone, body))
    assert {one["result"] for one in answer["results"]} == {"accepted"}
    check_log(home.scope, 30)
    before = rows(OpRow)
    floor(requests(list(beside.ops(30)))[0], beside.key.public, beside.scope, 0)
    assert rows(OpRow) == before + 30


def test_the_diary_for_a_phone_has_its_plot_its_season_and_every_entry(app: Flask) -> None:
    start()
    server = Bench("", app, app.extensions["settings"])
    home = server.household(server.phone("Bà Lụa", "Nhà Lụa"))
    made = list(home.diary(12))
    append(home, made)
    assert [one.doc.partition(":")[0] for one in made] == ["plot", "season", *["entry"] * 12]
    check_log(home.scope, 14)


def test_two_households_of_one_seed_send_the_same_amount(app: Flask) -> None:
    start()
    server = Bench("", app, app.extensions["settings"])
    phone = server.phone("Bà Lụa", "Nhà Lụa")
    first, again = server.household(phone), server.household(phone)
    assert isinstance(first, Household)
    lengths = [[len(one.sent["body"]) for one in home.ops(20)] for home in (first, again)]
    assert lengths[0] == lengths[1]


def test_the_made_up_leaves_of_the_bench_are_a_tree_that_grows(app: Flask) -> None:
    start()
    server = Bench("", app, app.extensions["settings"])
    home = server.household(server.phone("Bà Lụa", "Nhà Lụa"))
    tree.fill(700)
    append(home, list(home.ops(5)))
    done = sequencing.step(now_ms())
    assert done.note is not None
    assert done.note.checkpoint.size > 700
    assert tree.problems() == []


def test_median_and_percentile() -> None:
    assert median_of([5.0, 1.0, 3.0]) == (3.0, (1.0, 5.0))
    assert percentile([float(one) for one in range(100)], 0.95) == 95.0
    assert percentile([7.0], 0.95) == 7.0


def test_a_row_stands_beside_its_goal_and_says_whether_it_is_met() -> None:
    text = show([Row("push", "one", 0.5, "", "≥ 0.80", met=False), Row("push", "two", 1234.5, "ops/s")])
    assert "✗ one" in text
    assert "goal ≥ 0.80" in text
    assert "1,234 ops/s" in text


def test_the_inbox_of_the_bench_holds_every_entry_of_every_farm_with_its_findings(app: Flask) -> None:
    start()
    server = Bench("", app, app.extensions["settings"])
    home = server.household(server.phone("Bà Lụa", "Nhà Lụa"))
    reviewer = server.phone("Chị Hoa", None, "reviewer")
    append(home, review.entries_of(home, review.begin(home), 300))
    make_current([home.scope])
    run_write(lambda session: review.copy_farm(session, home.scope, 2))
    staff = review.staff_behind(reviewer)
    counts = inbox.inbox_page(staff, Wanted()).counts
    assert (len(staff.farms), counts.queues["review"]) == (3, 900)
    assert counts.severities["stop"] % 3 == 0 < counts.severities["stop"]
