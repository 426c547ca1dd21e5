"""The sequencer's clock: every serving process writes the tree once a minute.

All of them try; the lock of the folder and the checkpoint in the database let one through.
`TREE_EVERY_SECONDS=0` leaves it to `flask tree run`.
"""

from __future__ import annotations

import logging

from flask import Flask

from server.config import current_settings
from server.db import DatabaseTrouble
from server.services import bundling, sequencing, witnessing
from server.services.clock import Clock
from server.services.sequencing import Step, TreeBroken
from server.store.log_key import LogKeyMissing

logger = logging.getLogger("so_nha_nong")


def register(app: Flask) -> None:
    """Start the clock of `app` with its first request."""
    seconds = app.extensions["settings"].tree_every_seconds
    if not seconds:
        return
    clock = app.extensions["tree_clock"] = Clock(app, "tree", seconds, _tick)
    app.before_request(clock.start)


def tick(now: int) -> Step:
    """Write the tree and ask the witnesses; what stands in the way is logged, and tried again next time."""
    try:
        done = sequencing.step(now)
        if done.note is not None:
            witnessing.ask(now)
            bundling.make_due(now)
    except (TreeBroken, LogKeyMissing) as error:
        logger.critical("transparency log not signed", extra={"trouble": str(error)})
    except (DatabaseTrouble, OSError) as error:
        logger.warning("transparency log waits", extra={"trouble": type(error).__name__})
    except Exception:  # whatever it is: the next tick comes, and the thread stays
        logger.exception("transparency log failed")
    else:
        return done
    return Step(None)


def _tick(now: int) -> None:
    if current_settings().tree_every_seconds:
        tick(now)
