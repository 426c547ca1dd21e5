"""From a sale to the row of its view: pure, as `view_fold`, which calls it.

The one view that holds something private: what a sale came to. It is folded from what stands, so an erased
sale has none; no list shows it to whoever may not read the organisation's log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sync.merge import Document, Placed
from sync.sales import parse_deal

SALES: Final = "sales"


def sale_row(key: Mapping[str, Any], folded: Document, ops: Sequence[Placed]) -> dict[str, Any]:
    """Return the row of a sale; `ops`: its own, by number."""
    first = ops[0]
    deal = parse_deal(first.op.doc, folded.values, is_void=folded.deleted, by=first.op.by)
    return {
        **key,
        "direction": deal.direction,
        "farm": deal.farm,
        "lot": deal.lot,
        "point": deal.point,
        "product": deal.product,
        "size": deal.size,
        "unit": deal.base,
        "total_dong": deal.dong,
        "pay": deal.pay,
        "paid": deal.paid,
        "paid_on": deal.paid_on,
        "happened_on": deal.happened_on,
        "at": deal.at,
        "receipt": deal.receipt,
        "corrects": deal.corrects,
        "by": deal.by,
        "received_at": first.received_at,
        "is_deleted": deal.is_void,
        "has_conflict": bool(folded.conflicts),
    }
