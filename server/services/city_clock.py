"""The city's clock: every serving process looks what there is to tell, and sends what waits.

All of them try; a mark's row and a delivery's claim let one through. `CITY_EVERY_SECONDS=0` leaves it to
`flask city send`.
"""

from __future__ import annotations

import logging
from collections import Counter

from flask import Flask

from server.db import DatabaseTrouble
from server.services.city_planning import plan
from server.services.city_sending import send_due
from server.services.clock import Clock

logger = logging.getLogger("so_nha_nong")


def register(app: Flask) -> None:
    """Start the clock of `app` with its first request."""
    seconds = app.extensions["settings"].city_every_seconds
    if seconds:
        clock = app.extensions["city_clock"] = Clock(app, "city", seconds, tick)
        app.before_request(clock.start)


def tick(now: int) -> Counter[str]:
    """Look and send; what stands in the way is logged, and tried again next time."""
    try:
        made = plan(now)
        return send_due(now) + Counter(made=made)
    except DatabaseTrouble as error:
        logger.warning("the city's outbox waits", extra={"trouble": type(error).__name__})
    except Exception:  # whatever it is: the next tick comes, and the thread stays
        logger.exception("the city's outbox failed")
    return Counter()
