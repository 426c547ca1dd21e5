"""Properties of signed texts: what we write we read, and any other text of the same value is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import limits
from sync.errors import Refusal
from sync.values import parse_text, write_text

names = st.from_regex(r"[a-z][a-z0-9_]{0,9}(\.[a-z0-9_]{1,9}){0,2}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
integers = st.integers(-limits.INTEGER_MAX, limits.INTEGER_MAX)
leaves = st.none() | st.booleans() | integers | texts
# Objects inside values are names too; five levels here stay below the limit of eight.
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(names, values, max_size=4)
SIZE = limits.BODY_BYTES_MAX


def refused(text: str) -> str:
    """Return the slug with which a text is refused."""
    with pytest.raises(Refusal) as caught:
        parse_text(text, SIZE)
    return caught.value.slug


@given(objects)
def test_what_is_written_is_read_as_the_same_value_and_written_as_the_same_text(
    value: dict[str, Any],
) -> None:
    text = write_text(value)
    assert parse_text(text, SIZE) == value
    assert write_text(parse_text(text, SIZE)) == text


@given(objects, st.sampled_from([" ", "\n", "\t", "\ufeff"]), st.data())
def test_a_space_outside_of_a_text_is_refused(value: dict[str, Any], space: str, data: st.DataObject) -> None:
    text = write_text(value)
    at = data.draw(st.sampled_from([0, 1, len(text) - 1, len(text)]))
    assert refused(text[:at] + space + text[at:]) == "bad_body"


@given(objects.filter(bool), st.randoms(use_true_random=False))
def test_a_cut_text_is_refused(value: dict[str, Any], random: Any) -> None:
    text = write_text(value)
    assert refused(text[: random.randrange(len(text))]) == "bad_body"


@given(objects, names, leaves, leaves)
def test_a_member_that_stands_twice_is_refused(value: dict[str, Any], name: str, one: Any, two: Any) -> None:
    inner = write_text({**value, name: one})
    assert refused(f"{inner[:-1]},{json.dumps(name)}:{write_text(two)}}}") == "bad_body"


@given(objects, names, st.floats())
def test_a_float_is_refused(value: dict[str, Any], name: str, number: float) -> None:
    assert refused(json.dumps({**value, name: number}, separators=(",", ":"))) == "bad_body"


@given(names, st.integers(limits.INTEGER_MAX + 1) | st.integers(max_value=-limits.INTEGER_MAX - 1))
def test_an_integer_outside_the_safe_range_is_refused(name: str, number: int) -> None:
    assert refused(f'{{"{name}":{number}}}') == "bad_body"


@given(names, texts.filter(lambda text: not text.isascii()))
def test_escaped_letters_are_refused(name: str, text: str) -> None:
    assert refused(json.dumps({name: text}, separators=(",", ":"))) == "bad_body"


@given(names, texts, st.sampled_from(["\\u0000", "\\ud800", "\\udc00", "\\/", "\\u0041", "\\u001F"]))
def test_an_escape_that_writers_never_give_is_refused(name: str, text: str, escape: str) -> None:
    inner = write_text(text)
    assert refused(f'{{"{name}":{inner[:-1]}{escape}"}}') == "bad_body"


@given(names, st.sampled_from(["\\u0000", "\\ud800", "\\udon", "\\u001f"]))
def test_a_backslash_that_was_typed_is_no_escape(name: str, typed: str) -> None:
    value = {name: typed}
    assert parse_text(write_text(value), SIZE) == value


@given(st.integers(1, 12))
def test_eight_levels_are_taken_and_nine_refused(levels: int) -> None:
    value: Any = 1
    for _ in range(levels - 1):
        value = [value]
    text = write_text({"a": value})
    if levels <= limits.DEPTH_MAX:
        assert parse_text(text, SIZE) == {"a": value}
    else:
        assert refused(text) == "bad_body"


@given(texts, st.integers(0, 200))
def test_the_size_is_counted_in_bytes(text: str, size_max: int) -> None:
    body = write_text({"a": text})
    if len(body.encode()) <= size_max:
        assert parse_text(body, size_max) == {"a": text}
    else:
        with pytest.raises(Refusal) as caught:
            parse_text(body, size_max)
        assert caught.value.slug == "too_large"


@given(leaves | st.lists(leaves, max_size=3))
def test_only_an_object_is_taken(value: Any) -> None:
    assert refused(write_text(value)) == "bad_body"


@given(st.text(max_size=10).filter(lambda name: not name.isascii() or name[:1].isupper() or name.isdigit()))
def test_a_name_that_is_not_well_made_is_refused(name: str) -> None:
    try:
        text = write_text({name: 1})
        text.encode("utf-8")
    except UnicodeEncodeError:
        return
    assert refused(text) == "bad_body"
