"""Whether a label that names a crop (or an animal) means the crop of a season.

Names are data. The longest known name that begins a text tells what it is, what follows is a variety: "lúa
Bắc Thơm" is rice, "lúa mì" is not. Marks count where both write them ("dứa" is no "dưa"). What is only
perhaps meant, "đậu" for soybeans, is neither yes nor no; of a name that nobody knows nothing is said.
Twin: `pwa/src/core/crops.ts`. Source: sync/crops.json; PROTOCOL §Rules and findings; vectors lists.json.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Literal

from sync.plain import plain

Fit = Literal["same", "unsure", "unknown", "other"]
_WORD: Final = re.compile("[a-z0-9đ\u0300-\u036f]+")
_PARTS: Final = re.compile("[,;/+&]")
FITS: Final[tuple[Fit, ...]] = ("same", "unsure", "unknown", "other")


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a text: without marks, with them (in the order of their letters), and whether it has any."""

    bare: str
    marked: str
    is_bare: bool


@dataclass(frozen=True, slots=True)
class _Crop:
    """What a text may be about: a crop or a group by its code, and the variety behind the name."""

    code: str
    rest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Names:
    """`codes`: what is known by the words of a name without marks: the words with them, and the code.

    `members`: of a group all that it means, True where it surely does.
    """

    codes: Mapping[tuple[str, ...], tuple[tuple[tuple[str, ...], str], ...]]
    members: Mapping[str, Mapping[str, bool]]
    lead: frozenset[str]
    longest: int


def crop_fit(label: str, crop: str, product: str = "") -> Fit:
    """Say whether what a label names is the crop of a season.

    Shape:  `label`, `crop`: as people write them, several between commas; a label that names none means all.
            `product`: the season's code in the list of products, which counts where its name tells nothing.
            unsure: a wider or narrower name; unknown: one of the two is no name that is known.
    """
    if not plain(label):
        return "same"
    found = [_fit(one, other, product) for one in _PARTS.split(label) for other in _PARTS.split(crop)]
    return min(found, key=FITS.index, default="other")


@lru_cache(maxsize=4096)
def _fit(label: str, crop: str, product: str) -> Fit:
    ours, theirs = _words(label), _words(crop)
    if not ours or not theirs:
        return "other"
    if len(ours) == len(theirs) and all(_agree(one, other) for one, other in zip(ours, theirs, strict=True)):
        return "same"
    named, grown = _known(ours), _known(theirs)
    if not grown and (product in _crops() or product in _load().members):
        grown = (_Crop(product, _bare(theirs)),)
    if named and grown:
        found = {_meet(one, other) for one in named for other in grown}
        return "unsure" if len(found) > 1 else found.pop()
    if _bare(ours) == _bare(theirs):
        return "same"
    is_part = _begins(_bare(ours), _bare(theirs)) or _begins(_bare(theirs), _bare(ours))
    return "unsure" if is_part else "unknown"


def _meet(label: _Crop, crop: _Crop) -> Fit:
    """Say whether a label for one means the other."""
    groups = _load().members
    if label.code == crop.code:
        if _begins(crop.rest, label.rest) and (label.code not in groups or crop.rest == label.rest):
            return "same"
        is_other = label.code in groups and bool(label.rest) and bool(crop.rest)
        return "other" if is_other else "unsure"
    means = groups.get(label.code, {}).get(crop.code)
    if means is not None:
        return "same" if means and not label.rest else "unsure"
    of_crop, of_label = groups.get(crop.code), groups.get(label.code)
    if of_crop is None or crop.rest:
        return "other"
    return "unsure" if label.code in of_crop or (of_label and of_label.keys() & of_crop.keys()) else "other"


def _known(text: tuple[_Word, ...]) -> tuple[_Crop, ...]:
    """Return what a text may be about: several where it has no marks, none for a name that is not known."""
    names = _load()
    for length in range(min(len(text), names.longest), 0, -1):
        head, rest = text[:length], text[length:]
        codes = {
            code: None
            for marked, code in names.codes.get(_bare(head), ())
            if all(word.is_bare or word.marked == name for word, name in zip(head, marked, strict=True))
        }
        if codes:
            inner = _known(rest) if rest and all(code in names.members for code in codes) else ()
            return inner or tuple(_Crop(code, _bare(rest)) for code in codes)
    return _known(text[1:]) if len(text) > 1 and text[0].bare in names.lead else ()


def _words(text: str) -> tuple[_Word, ...]:
    told = _WORD.findall(unicodedata.normalize("NFD", text).lower())
    words = (_Word(plain(one), "".join(sorted(one)), plain(one) == one) for one in told)
    return tuple(word for word in words if word.bare)


def _agree(one: _Word, other: _Word) -> bool:
    return one.bare == other.bare and (one.is_bare or other.is_bare or one.marked == other.marked)


def _bare(text: tuple[_Word, ...]) -> tuple[str, ...]:
    return tuple(word.bare for word in text)


def _begins(text: tuple[str, ...], head: tuple[str, ...]) -> bool:
    return text[: len(head)] == head


@cache
def _data() -> Mapping[str, Mapping[str, list[str]]]:
    data: Mapping[str, Mapping[str, list[str]]] = json.loads(
        Path(__file__).with_name("crops.json").read_text("utf-8")
    )
    return data


def _crops() -> Mapping[str, list[str]]:
    return _data()["crops"]


@cache
def _load() -> _Names:
    groups = _groups()
    named = [*_crops().items(), *((code, one["names"]) for code, one in groups.items())]
    codes: dict[tuple[str, ...], tuple[tuple[tuple[str, ...], str], ...]] = {}
    for code, names in named:
        for words in map(_words, names):
            marked = tuple(word.marked for word in words)
            codes[_bare(words)] = (*codes.get(_bare(words), ()), (marked, code))
    members = {code: _members(groups, code) for code in groups}
    return _Names(codes, members, frozenset(map(plain, _data()["lead"])), max(map(len, codes)))


def _groups() -> Mapping[str, Mapping[str, list[str]]]:
    groups: Mapping[str, Mapping[str, list[str]]] = _data()["groups"]  # type: ignore[assignment]
    return groups


def _members(groups: Mapping[str, Mapping[str, list[str]]], code: str) -> dict[str, bool]:
    """Return all that a group means, through groups in it too."""
    found: dict[str, bool] = {}
    for kind, is_sure in (("covers", True), ("maybe", False)):
        for one in groups[code][kind]:
            inner = _members(groups, one) if one in groups else {}
            for member, sure in {one: True, **inner}.items():
                found[member] = found.get(member, False) or (is_sure and sure)
    return found
