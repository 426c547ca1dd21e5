"""Making views and findings current: whoever reads them folds the rest of the log first.

Each run of a scope is one short transaction of its own, so that a long log never holds the write lock long.
Other lists judge a farm anew when somebody looks; of many farms only some at a time, the rest at the next
looks (`flask log rebuild` judges all).
Source: DESIGN §2, §5 "push".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy.orm import Session

from server.db import reading
from server.services.folding import fold_scope
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
    with reading() as session:
        of = people.organisations_of_farms(session, [one.removeprefix(FARM) for one in farms])
        books = {f"org:{one}" for one in of.values()}  # the label book of each
        late = views.behind(session, [*books.union(scopes)])
        first = [one for one in late if not one.startswith(FARM)]
        waiting = [] if first else _waiting(session, farms, of, late)
    if first:
        for scope in first:
            fold_scope(scope, None)
        with reading() as session:  # the lists as they are now
            waiting = _waiting(session, farms, of, late)
    for scope, rules in waiting:
        fold_scope(scope, rules)


def _waiting(
    session: Session, farms: Sequence[str], of: Mapping[str, str], late: Sequence[str]
) -> list[tuple[str, Rules]]:
    """Return the farms to fold, those of `late`, and some of those to judge anew, with their rules."""
    if not farms:
        return []
    books = {one: Rules(lists_in(session, one)) for one in sorted(set(of.values()))}
    unknown = Rules(Lists())
    rules = {scope: books.get(of.get(scope.removeprefix(FARM), ""), unknown) for scope in farms}
    waiting = [one for one in late if one in rules]
    stale = _stale(session, sorted(rules.keys() - set(waiting)), rules)
    return [(scope, rules[scope]) for scope in (*waiting, *stale[:REJUDGED_MAX])]


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
