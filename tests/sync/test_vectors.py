"""The vectors of the protocol, run against `sync`; tests/pwa/core/vectors.test.ts runs the same."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync import checkpoint, ids, log, merge, ops, signing, tree, values, wire
from sync.errors import Refusal

FOLDER = Path(__file__).parents[1] / "vectors"
Given = dict[str, Any]
INDEX: dict[str, dict[str, int]] = json.loads((FOLDER / "index.json").read_text("utf-8"))


def asked(is_good: bool, text: str, slug: Any = "bad_body") -> str:
    """Return the text where a question about it is answered with yes, else raise the refusal."""
    if not is_good:
        raise Refusal(slug, "not of this shape")
    return text


def line(given: Given) -> list[str]:
    parts = values.split_line(given["text"])
    if parts is None:
        raise Refusal("bad_body", "not of this shape")
    return list(parts)


def parsed(given: Given) -> Given:
    op = ops.parse_op(given["origin"], given["body"], given.get("private"))
    names = [
        "id",
        "device",
        "n",
        "by",
        "scope",
        "doc",
        "recorded_at",
        "skew",
        "anchor",
        "fields",
        "private_hash",
        "private_fields",
    ]
    return {"after": list(op.after), **{name: getattr(op, name) for name in names}}


def verified(given: Given) -> bool:
    message = ops.message(given["origin"], given["body"])
    good = signing.verify(ids.b64_decode(given["key"]), message, ids.b64_decode(given["signature"]))
    asked(good, "", "bad_signature")
    return good


def chained(given: Given) -> list[str]:
    digests = [log.start_digest(given["origin"], given["scope"])]
    for seq, received_at, op_id in given["links"]:
        prefix = ops.domain("log", given["origin"])
        digests.append(log.next_digest(prefix, digests[-1], seq, received_at, ids.b64_decode(op_id)))
    return [ids.b64_encode(digest) for digest in digests]


def pointed(given: Given) -> Given | None:
    cursor = log.parse_cursor(given["text"])
    if cursor is None:
        return None
    assert str(cursor) == given["text"]
    return {"epoch": cursor.epoch, "seq": cursor.seq, "digest": ids.b64_encode(cursor.digest)}


def placed(given: Given) -> merge.Placed:
    op = ops.Op(
        id=given["id"], device="", n=given["n"], by="", scope="", doc="", after=tuple(given["after"]),
        recorded_at=given["recorded_at"], skew=given["skew"], anchor=None, fields=given["set"],
        private_hash=given["private_hash"], private_fields=given["private_set"], body="", private=None,
    )  # fmt: skip
    return merge.Placed(op, given["seq"], given["received_at"])


def folded(given: Given) -> Given:
    document = merge.fold(placed(op) for op in given["ops"])
    found = merge.rivals(document, {op["id"]: placed(op).op for op in given["ops"]})
    return {
        "rivals": {name: list(values) for name, values in found.items()},
        "values": document.values,
        "heads": {name: list(head) for name, head in document.heads.items()},
        "conflicts": sorted(document.conflicts),
        "private": sorted(document.private),
        "deleted": document.deleted,
        "missing": document.missing,
        "tips": list(document.tips),
    }


def requested(given: Given) -> Given:
    request = wire.parse_request(given["request"])
    return {
        "cursors": {scope: None if at is None else str(at) for scope, at in request.cursors.items()},
        "ops": [
            None if op is None else {"body": op.body, "private": op.private, "signature": op.signature}
            for op in request.ops
        ],
        "keys": sorted(request.keys),
        "ops_max": request.ops_max,
        "bytes_max": request.bytes_max,
        "access": request.access,
        "whole": request.whole,
        "phone": request.phone,
        "tree": request.tree,
    }


def in_tree(given: Given) -> bool:
    path = [ids.b64_decode(step) for step in given["path"]]
    leaf, root = ids.b64_decode(given["leaf"]), ids.b64_decode(given["root"])
    good = tree.verify_inclusion(leaf, given["index"], given["size"], path, root)
    asked(good, "", "bad_checkpoint")
    return good


def grown(given: Given) -> bool:
    proof = [ids.b64_decode(step) for step in given["proof"]]
    old_root, new_root = ids.b64_decode(given["old_root"]), ids.b64_decode(given["new_root"])
    good = tree.verify_consistency(given["old"], given["new"], proof, old_root, new_root)
    asked(good, "", "bad_checkpoint")
    return good


def note_key(given: Given) -> Given:
    key = checkpoint.parse_key(given["text"])
    return {"name": key.name, "kind": key.kind, "public": ids.b64_encode(key.public), "id": key.id.hex()}


def opened(given: Given) -> Given:
    found = checkpoint.open_note(given["note"], checkpoint.parse_key(given["key"])).checkpoint
    return {"origin": found.origin, "size": found.size, "root": ids.b64_encode(found.root)}


def witnessed(given: Given) -> int | None:
    at = checkpoint.cosigned_at(checkpoint.parse_note(given["note"]), checkpoint.parse_key(given["key"]))
    asked(at is not None, "", "bad_checkpoint")
    return at


def note_verified(given: Given) -> bool:
    key, signature = ids.b64_decode(given["key"]), ids.b64_decode(given["signature"])
    good = signing.verify_note(key, bytes.fromhex(given["message"]), signature)
    asked(good, "", "bad_signature")
    return good


CALLS: dict[str, Callable[[Given], Any]] = {
    "b64_decode": lambda g: ids.b64_decode(g["text"], g.get("size")).hex(),
    "b64_encode": lambda g: ids.b64_encode(bytes.fromhex(g["hex"])),
    "key_to_device": lambda g: ids.key_to_device(bytes.fromhex(g["hex"])),
    "uuid": lambda g: asked(ids.is_uuid(g["text"]), g["text"]),
    "scope": lambda g: asked(ids.is_scope(g["text"]), g["text"]),
    "doc": lambda g: asked(ids.is_doc(g["text"]), g["text"]),
    "device": lambda g: asked(ids.is_device(g["text"]), g["text"]),
    "origin": lambda g: asked(ids.is_origin(g["text"]), g["text"]),
    "make_uuid7": lambda g: ids.make_uuid7(g["ms"], bytes.fromhex(g["hex"])),
    "parse_text": lambda g: values.parse_text(g["text"], g["size_max"]),
    "decimal": lambda g: asked(values.is_decimal(g["text"]), g["text"]),
    "split_line": line,
    "parse_op": parsed,
    "make_body": lambda g: ops.make_body(**g),
    "parse_private": lambda g: ops.parse_op(g["origin"], g["body"], g["private"]).private_fields,
    "verify": verified,
    "check_key": lambda g: signing.check_key(ids.b64_decode(g["key"])),
    "chain": chained,
    "parse_cursor": pointed,
    "fold": folded,
    "parse_request": requested,
    "leaf_hash": lambda g: ids.b64_encode(
        tree.leaf_hash(tree.leaf_text(g["scope"], g["seq"], ids.b64_decode(g["digest"])))
    ),
    "verify_inclusion": in_tree,
    "verify_consistency": grown,
    "parse_key": note_key,
    "open_note": opened,
    "cosigned_at": witnessed,
    "verify_note": note_verified,
}


def cases_of(subject: str) -> list[tuple[str, Given]]:
    """Return (function, case) of one file, in its order."""
    groups = json.loads((FOLDER / f"{subject}.json").read_text("utf-8"))["groups"]
    return [(group["description"], case) for group in groups for case in group["cases"]]


CASES = [
    pytest.param(call, case, id=f"{subject}: {call}: {case['name']}")
    for subject in INDEX
    for call, case in cases_of(subject)
]


@pytest.mark.parametrize(("call", "case"), CASES)
def test_vector(call: str, case: Given) -> None:
    if "reject" in case:
        with pytest.raises(Refusal) as caught:
            CALLS[call](case["given"])
        assert caught.value.slug == case["reject"]
    else:
        got = CALLS[call](case["given"])
        assert got == case["expect"]
        # 1 == True in Python, not on the wire: compare what is written, too.
        assert json.dumps(got, sort_keys=True) == json.dumps(case["expect"], sort_keys=True)


@pytest.mark.parametrize("subject", INDEX)
def test_as_many_cases_run_as_the_index_counts(subject: str) -> None:
    cases = cases_of(subject)
    kinds = Counter("refused" if "reject" in case else "accepted" for _, case in cases)
    assert {"accepted": kinds["accepted"], "refused": kinds["refused"]} == INDEX[subject]
    assert len({(call, case["name"]) for call, case in cases}) == len(cases)


@pytest.mark.parametrize("subject", sorted(INDEX.keys() - {"digests", "merge"}))
def test_there_are_at_least_as_many_refusals_as_acceptances(subject: str) -> None:
    assert INDEX[subject]["refused"] >= INDEX[subject]["accepted"]
