"""Making views and findings current: whoever reads them folds the rest of the log first.

Each run of a scope is one short transaction of its own, so that a long log never holds the write lock long.
Other lists judge a farm anew when somebody looks; of many farms only some at a time, the rest at the next
looks (`flask log rebuild` judges all).
Source: DESIGN §2, §5 "push".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from sqlalchemy.orm import Session

from server.db import reading
from server.services.folding import fold_scope, make_folded
from server.services.lists import lists_in
from server.store import people, views
from server.store.rule_book import Rules
from sync.lists import Lists

FARM: Final = "farm:"
REJUDGED_MAX: Final = 20  # our choice: farms that only other lists judge anew, in one look


def make_current(scopes: Collection[str]) -> None:
    """Fold what the logs of these scopes have and their views lack, and judge what changed.

    Shape:  afterwards the views hold at least all that was in the log at the call.
    Raises: DatabaseTrouble.
    """
    farms = [one for one in scopes if one.startswith(FARM)]
    make_folded([one for one in scopes if not one.startswith(FARM)])
    if not farms:
        return
    with reading() as session:
        of = people.organisations_of_farms(session, [one.removeprefix(FARM) for one in farms])
    organisations = sorted(set(of.values()))
    make_folded([f"org:{one}" for one in organisations])  # the label book of each
    with reading() as session:
        books = {one: Rules(lists_in(session, one)) for one in organisations}
        unknown = Rules(Lists())
        waiting = set(views.behind(session, farms))
        by_scope = {scope: books.get(of.get(scope.removeprefix(FARM), ""), unknown) for scope in farms}
        stale = _stale(session, [one for one in farms if one not in waiting], by_scope)
    for scope in [*sorted(waiting), *stale[:REJUDGED_MAX]]:
        fold_scope(scope, by_scope[scope])


def rules_for(session: Session, scope: str) -> Rules | None:
    """Return the rules of a scope, with the label book as it is folded; None where nothing is judged."""
    if not scope.startswith(FARM):
        return None
    farm = scope.removeprefix(FARM)
    organisation = people.organisations_of_farms(session, [farm]).get(farm)
    return Rules(Lists() if organisation is None else lists_in(session, organisation))


def _stale(session: Session, scopes: Iterable[str], books: Mapping[str, Rules]) -> list[str]:
    """Return those of the folded scopes that other lists judged, or nobody, in the order given."""
    named = list(scopes)
    judged = views.judged(session, named) if named else []
    return [scope for scope, seq, lists, upto in judged if (seq, lists) != (upto, books[scope].lists)]
