"""Erasure: which documents an op erases.

From such an op on every reader drops the private parts of all ops of these documents, past and late, and the
bytes of the photos among them. Nothing says an erasure back: whoever named a document once erased it.
Source: DESIGN §3 "Erasure"; PROTOCOL §5 "Erasure"; tests/vectors/erasure.json.
"""

from collections.abc import Mapping

from sync import ids, limits
from sync.values import Json

ERASURE = "erasure"


def erased_documents(doc_type: str, fields: Mapping[str, Json]) -> tuple[str, ...]:
    """Return the documents that an op with these public fields erases, each once, in the order named.

    Shape:  what is no document's name is passed over; so is what stands behind `ERASURE_DOCUMENTS_MAX`
            members.
    """
    named = fields.get("documents")
    if doc_type != ERASURE or not isinstance(named, list):
        return ()
    found = [one for one in named[: limits.ERASURE_DOCUMENTS_MAX] if isinstance(one, str) and ids.is_doc(one)]
    return tuple(dict.fromkeys(found))
