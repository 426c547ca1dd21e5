"""Making views current: whoever reads them folds the rest of the log first.

Each run of a scope is one short transaction of its own, so that a long log never holds the write lock long.
Source: DESIGN §2, §5 "push".
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from server.db import reading, run_write
from server.store import views

FOLD_OPS_MAX = 1000  # our choice: the write lock is held some hundred ms at most


def make_current(scopes: Collection[str]) -> None:
    """Fold what the logs of these scopes have and their views lack.

    Shape:  afterwards the views hold at least all that was in the log at the call.
    Raises: DatabaseTrouble.
    """
    with reading() as session:
        waiting = views.behind(session, scopes)
    for scope in waiting:
        while run_write(partial(views.fold_scope, scope=scope, most=FOLD_OPS_MAX)) == FOLD_OPS_MAX:
            pass
