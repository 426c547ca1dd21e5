"""Reviews: what the cooperative has said of an entry as it now stands.

A review names the heads of the entry and of its photos that were on the page. Other heads than these, and
the entry is amended until it is reviewed again. Comments answer a review; they decide nothing.
Source: DESIGN §2 "review"; PROTOCOL §28; tests/vectors/reviews.json.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sync.values import Json

State = Literal["sent", "asked", "amended", "approved"]
APPROVED: Final = "approved"
REVIEWERS_MAX: Final = 9  # our choice: what a review asks for above that counts as this many


@dataclass(frozen=True, slots=True)
class Review:
    """One review. `by`: who decided; `needs`: how many different people must approve these heads."""

    decision: str
    heads: frozenset[str]
    by: str
    needs: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What an entry's reviews come to.

    `place`: which of the reviews given decides, None where none does; `approvals`: who approved these very
    heads, in the order given, while more people are needed; nobody once the entry is approved.
    """

    state: State
    place: int | None
    approvals: tuple[str, ...]


def parse_review(values: Mapping[str, Json], by: str) -> Review:
    """Return the review that the public fields of a `review` hold; what is of no use counts as none."""
    heads, needs, decision = values.get("heads"), values.get("needs"), values.get("decision")
    is_count = isinstance(needs, int) and not isinstance(needs, bool) and needs > 1
    return Review(
        decision if isinstance(decision, str) else "",
        frozenset(one for one in heads if isinstance(one, str)) if isinstance(heads, list) else frozenset(),
        by,
        min(needs, REVIEWERS_MAX) if is_count and isinstance(needs, int) else 1,
    )


def standing_of(reviews: Sequence[Review], heads: Iterable[str], *, has_conflict: bool) -> Standing:
    """Return what is said of an entry that has these heads (its own and its photos').

    Shape:  `reviews` newest first, deleted ones left out; `has_conflict`: of the entry or of a photo. An
            approval of heads that are in conflict counts for nothing, as if nobody had written it.
    """
    present = frozenset(heads)
    approvals: list[str] = []
    for place, review in enumerate(reviews):
        if review.heads != present:
            return Standing("amended", place, tuple(approvals))
        if review.decision != APPROVED:
            return Standing("asked", place, tuple(approvals))
        if has_conflict:
            continue
        if review.by not in approvals:
            approvals.append(review.by)
        if len(approvals) >= review.needs:
            return Standing("approved", place, ())
    return Standing("sent", None, tuple(approvals))
