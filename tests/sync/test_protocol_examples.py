"""PROTOCOL.md is under test: each byte of its worked example, its merge, its tables.

The page is the truth, so nothing here is written back into it; a difference is a fault of one side.
"""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sync import ids, limits, log, merge, ops, signing, wire
from sync.units import UNITS

PAGE = (Path(__file__).parents[2] / "sync" / "PROTOCOL.md").read_text("utf-8")
BLOCKS = "\n".join(re.findall(r"```example\n(.*?)```", PAGE, re.DOTALL))
EXAMPLE = dict(re.findall(r"^([a-z_0-9]+) +(\S.*)$", BLOCKS, re.MULTILINE))
ORIGIN = EXAMPLE["origin"]
SECTION = re.compile(r"§([0-9]+)(?:\.[0-9])?")


def example_key() -> bytes:
    return ids.b64_decode(EXAMPLE["key"], limits.KEY_BYTES)


def links() -> list[bytes]:
    """Return the digests of the example's log: d0, d1, d2."""
    first, second = (ops.parse_op(ORIGIN, EXAMPLE[name]) for name in ("body", "body2"))
    prefix = ops.domain("log", ORIGIN)
    d0 = log.start_digest(ORIGIN, first.scope)
    taken = json.loads(EXAMPLE["answer"])["results"][0]
    d1 = log.next_digest(prefix, d0, taken["seq"], taken["received_at"], ids.b64_decode(first.id))
    d2 = log.next_digest(prefix, d1, 2, int(EXAMPLE["received_at2"]), ids.b64_decode(second.id))
    return [d0, d1, d2]


def test_the_example_key_is_that_of_the_number_one_and_proves_the_device() -> None:
    key = signing.SoftwareKey.from_scalar(1)
    assert key.public == example_key()
    assert key.device == EXAMPLE["device"] == signing.check_key(example_key())


def test_the_private_part_is_written_and_hashed_as_the_page_says() -> None:
    assert ops.make_private(bytes(16), {"note": "Phun chiều"}) == EXAMPLE["private"]
    assert ops.private_hash(ORIGIN, EXAMPLE["private"]) == EXAMPLE["private_hash"]


def test_the_first_body_is_what_make_body_gives_and_has_the_id() -> None:
    op = ops.parse_op(ORIGIN, EXAMPLE["body"], EXAMPLE["private"])
    assert op.id == EXAMPLE["id"]
    made = ops.make_body(
        device=EXAMPLE["device"], n=1, by=op.by, scope=op.scope, doc=op.doc,
        recorded_at=op.recorded_at, fields={"happened_on": "2026-11-08"}, private=EXAMPLE["private_hash"],
    )  # fmt: skip
    assert made == EXAMPLE["body"]


def test_the_id_by_hand_is_the_hash_of_the_domain_line_and_the_body() -> None:
    by_hand = hashlib.sha256(f"so-nha-nong/1/op {ORIGIN}\n{EXAMPLE['body']}".encode()).digest()
    assert ids.b64_encode(by_hand) == EXAMPLE["id"]


def test_the_second_body_names_the_first_op_and_has_the_id() -> None:
    op = ops.parse_op(ORIGIN, EXAMPLE["body2"])
    assert op.id == EXAMPLE["id2"]
    assert op.after == (EXAMPLE["id"],)
    assert op.anchor == {"seq": 1, "digest": EXAMPLE["d1"]}


def test_each_signature_verifies_and_no_other_message_does() -> None:
    signed = {
        "signature": ops.message(ORIGIN, EXAMPLE["body"]),
        "signature2": ops.message(ORIGIN, EXAMPLE["body2"]),
        "session_sig": ops.domain("session", ORIGIN) + EXAMPLE["nonce"].encode("ascii"),
    }
    for name in signed:
        signature = ids.b64_decode(EXAMPLE[name], limits.SIGNATURE_BYTES)
        good = [other for other, text in signed.items() if signing.verify(example_key(), text, signature)]
        assert good == [name]


def test_digests_and_cursors_follow_from_the_ops() -> None:
    d0, d1, d2 = links()
    assert ids.b64_encode(d0) == EXAMPLE["d0"]
    assert ids.b64_encode(d1) == EXAMPLE["d1"]
    assert str(log.Cursor(1, 1, d1)) == EXAMPLE["cursor"]
    assert str(log.Cursor(1, 2, d2)) == EXAMPLE["cursor2"]


def test_request_and_answer_carry_the_example_op() -> None:
    request = wire.parse_request(json.loads(EXAMPLE["request"]))
    sent = wire.SentOp(EXAMPLE["body"], EXAMPLE["private"], EXAMPLE["signature"])
    assert request.ops == (sent,)
    assert list(request.cursors.values()) == [None]
    answer = json.loads(EXAMPLE["answer"])
    assert answer["origin"] == ORIGIN
    assert answer["ops"][0]["id"] == EXAMPLE["id"]
    assert list(answer["cursors"].values()) == [EXAMPLE["cursor"]]


def test_the_example_folds_to_what_the_page_says() -> None:
    first = ops.parse_op(ORIGIN, EXAMPLE["body"], EXAMPLE["private"])
    second = ops.parse_op(ORIGIN, EXAMPLE["body2"])
    told = re.search(r"^Folded \(§22\): `(.*)`, no conflict", PAGE, re.MULTILINE)
    assert told is not None
    placed = [
        merge.Placed(first, 1, 1762600100000),
        merge.Placed(second, 2, int(EXAMPLE["received_at2"])),
    ]
    document = merge.fold(placed)
    assert document.values == json.loads(told[1])
    assert not document.conflicts


def test_the_table_of_limits_is_that_of_the_code() -> None:
    told = dict(re.findall(r"^\| `([a-z_]+)` \| ([0-9]+) \|", PAGE, re.MULTILINE))
    coded = {name.lower(): str(value) for name, value in vars(limits).items() if name.isupper()}
    assert {name: told.get(name) for name in coded} == coded


def test_the_table_of_the_envelope_is_that_of_the_code() -> None:
    section = PAGE.split("## 3. Body")[1].split("## 4.")[0]
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (yes|no) \|", section, re.MULTILINE))
    assert {name for name, needed in rows.items() if needed == "yes"} == ops._REQUIRED
    assert {name for name, needed in rows.items() if needed == "no"} == ops._OPTIONAL


def test_the_table_of_the_request_is_that_of_the_code() -> None:
    section = PAGE.split("| request member |")[1].split("| answer member |")[0]
    assert set(re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE)) == wire.MEMBERS


def test_the_units_named_in_words_have_the_sizes_of_the_table() -> None:
    assert "One sào (Bắc Bộ) is 360 m², one mẫu 3,600 m², one thước 24 m²" in PAGE
    sizes = {code: UNITS[code].factor for code in ("sao", "mau", "thuoc", "yen", "ta", "tan", "phuy")}
    assert sizes == {
        "sao": 360, "mau": 3600, "thuoc": 24, "yen": 10_000, "ta": 100_000, "tan": 1_000_000, "phuy": 200_000,
    }  # fmt: skip


def test_every_section_that_the_page_names_exists() -> None:
    there = set(re.findall(r"^## ([0-9]+)\. ", PAGE, re.MULTILINE))
    assert set(SECTION.findall(PAGE)) <= there


def oracle() -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    """Return the `fold` that stands in the page, run as it is printed there."""
    code = re.search(r"```python oracle\n(.*?)```", PAGE, re.DOTALL)
    assert code is not None
    space: dict[str, Any] = {"json": json}
    exec(compile(code[1], "PROTOCOL.md", "exec"), space)  # noqa: S102
    fold: Callable[[dict[str, Any]], tuple[Any, ...]] = space["fold"]
    return fold


BY = "019a0000-0000-7000-8000-000000000002"
SCOPE = "farm:019a0000-0000-7000-8000-000000000001"
DOC = "entry:019a0000-0000-7000-8000-000000000003"


@st.composite
def histories(draw: st.DrawFn) -> list[merge.Placed]:
    """Return ops of one document: few fields, few values, any parents, some unsent."""
    made: list[merge.Placed] = []
    for n in range(1, draw(st.integers(1, 8)) + 1):
        parents = draw(st.sets(st.sampled_from([p.op.id for p in made]), max_size=3)) if made else set()
        fields: dict[str, Any] = draw(
            st.dictionaries(st.sampled_from(["dose", "product"]), st.sampled_from([None, 1, "b"]), max_size=2)
        )
        if draw(st.integers(0, 4)) == 0:
            fields["_deleted"] = draw(st.sampled_from([True, None]))
        body = ops.make_body(
            device=EXAMPLE["device"], n=n, by=BY, scope=SCOPE, doc=DOC, fields=fields,
            after=sorted(parents), recorded_at=draw(st.integers(0, 5)),
            skew=draw(st.integers(-3, 3)),
        )  # fmt: skip
        sent = draw(st.booleans())
        op = ops.parse_op(ORIGIN, body)
        made.append(merge.Placed(op, n if sent else None, draw(st.integers(0, 5)) if sent else None))
    return made


@settings(max_examples=150)
@given(histories(), st.randoms(use_true_random=False))
def test_the_merge_of_the_page_and_that_of_the_code_agree_in_any_order(
    history: list[merge.Placed], random: Any
) -> None:
    plain = {
        p.op.id: {
            "after": p.op.after, "n": p.op.n, "set": p.op.fields, "recorded_at": p.op.recorded_at,
            "skew": p.op.skew, "seq": p.seq, "received_at": p.received_at,
        }
        for p in history
    }  # fmt: skip
    values, heads, conflicts, deleted = oracle()(plain)
    random.shuffle(history)
    document = merge.fold([*history, *history[:2]])
    assert document.values == values
    assert document.heads == {name: tuple(head) for name, head in heads.items()}
    assert document.conflicts == conflicts
    assert document.deleted == deleted


def test_the_challenge_of_a_touch_and_the_user_handle_are_the_hashes_that_the_page_names() -> None:
    raw = sorted(ids.b64_decode(one) for one in EXAMPLE["step_up_ids"].split())
    challenge = hashlib.sha256(ops.domain("step-up", ORIGIN) + b"".join(raw)).digest()
    assert ids.b64_encode(challenge) == EXAMPLE["step_up"]
    member = ops.parse_op(ORIGIN, EXAMPLE["body"]).by
    handle = hashlib.sha256(ops.domain("user", ORIGIN) + member.encode()).digest()
    assert ids.b64_encode(handle) == EXAMPLE["user_handle"]


def test_a_recovery_code_is_its_secret_and_names_its_invitation() -> None:
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = 0
    for letter in EXAMPLE["recovery_code"].replace("-", ""):
        number = number * 32 + letters.index(letter)
    secret = number.to_bytes(limits.SECRET_BYTES, "big")
    assert ids.b64_encode(secret) == EXAMPLE["recovery_secret"]
    named = bytearray(hashlib.sha256(b"so-nha-nong/1/recovery\n" + secret).digest()[:16])
    named[6], named[8] = named[6] & 0x0F | 0x80, named[8] & 0x3F | 0x80
    assert named.hex() == EXAMPLE["recovery_invite"].replace("-", "")
