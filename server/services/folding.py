"""Folding what the logs have and the views lack, without the rules: for logs in which nothing is judged."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Final

from server.db import reading, run_write
from server.store import views
from server.store.view_findings import RuleBook

FOLD_OPS_MAX: Final = 1000  # our choice: the write lock is held some hundred ms at most


def make_folded(scopes: Collection[str]) -> None:
    """Fold what the logs of these scopes have and their views lack. Raises: DatabaseTrouble."""
    if not scopes:
        return
    with reading() as session:
        waiting = views.behind(session, scopes)
    for scope in waiting:
        fold_scope(scope, None)


def fold_scope(scope: str, book: RuleBook | None) -> None:
    """Fold a scope run by run, and judge it where there are rules."""
    while (
        run_write(partial(views.fold_scope, scope=scope, most=FOLD_OPS_MAX, book=book), is_note=True)
        == FOLD_OPS_MAX
    ):
        pass
