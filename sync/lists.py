"""Reference lists as rules and search read them: permitted products, what is banned, what labels say.

Rows with effective dates: a question is always about a day. A list that was not loaded permits nothing
and forbids nothing: `is_listed` then says so. Twin: `pwa/src/core/lists.ts`.
Source: PROTOCOL §Reference lists; tests/vectors/lists.json.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from sync.lists_read import PHI_KINDS, Dose, PhiKind, parse_dose, parse_phi
from sync.plain import plain, words

__all__ = ["PHI_KINDS", "Dose", "PhiKind", "parse_dose", "parse_phi"]

ListKind = Literal["pesticide", "veterinary", "fertiliser"]
Mark = Literal["V", "V2", "R"]
Listed = Literal["listed", "not_listed", "not_loaded"]
UseProduce = Literal["", "meat", "eggs", "milk", "fish"]
USE_PRODUCE: Final[tuple[UseProduce, ...]] = get_args(UseProduce)


@dataclass(frozen=True, slots=True)
class Use:
    """One line of a label: against what, on what, how much, how long to wait."""

    crop: str
    pest: str
    dose: tuple[Dose, ...] | None  # None: the text could not be read
    dose_text: str
    phi_kind: PhiKind
    phi_days: int | None  # only for "days"
    phi_text: str  # as printed
    stages: tuple[str, ...] = ()  # growth stages in which it must not be used
    produce: UseProduce = ""  # what the waiting time is for; "" where the label says one for all


@dataclass(frozen=True, slots=True)
class Product:
    """A product of a list. Dates are civil, "" is open; `plain` is the name as it is sought.

    `permits`: standing there permits it; a table of labels tells of uses and permits nothing.
    """

    name: str
    plain: str
    kind: ListKind
    active: str
    group: str
    registrant: str
    valid_from: str
    valid_to: str
    usable_until: str
    source: str
    mark: Mark
    uses: tuple[Use, ...] = ()
    permits: bool = True


@dataclass(frozen=True, slots=True)
class Banned:
    """A banned active ingredient; `names` are the words by which it is known in an ingredient's text."""

    active: str
    names: tuple[str, ...]
    kind: ListKind
    source: str
    valid_from: str
    mark: Mark
    valid_to: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A list that says everything of its kind for a time: what it doesn't name is not permitted."""

    kind: ListKind
    valid_from: str
    valid_to: str
    source: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class LabelUse:
    """What a reviewer confirmed from a label's photo; `doc` is the label_use document."""

    doc: str
    product: str
    active: str
    use: Use


@dataclass(frozen=True, slots=True)
class Lists:
    """All lists that a farm's rules read; `products` and `label_uses` by plain name of the product."""

    version: str = ""
    products: Mapping[str, tuple[Product, ...]] = field(default_factory=dict)
    banned: tuple[Banned, ...] = ()
    loaded: tuple[Loaded, ...] = ()
    label_uses: Mapping[str, tuple[LabelUse, ...]] = field(default_factory=dict)


def find(lists: Lists, name: str, day: str) -> Product | None:
    """Return the product that bears this name on a civil day, also after its removal while still usable.

    The one in force goes before one that may only be used up; the newest before an older one.
    """
    known = lists.products.get(plain(name), ())
    usable = [one for one in known if one.permits and _is_usable(one, day)]
    return max(usable, key=lambda one: (in_force(one, day), one.valid_from), default=None)


def is_listed(lists: Lists, name: str, day: str, kind: ListKind = "pesticide") -> Listed:
    """Say whether a list in force on a day names the product; not_loaded without a whole list of its kind."""
    if find(lists, name, day) is not None:
        return "listed"
    whole = any(one.kind == kind and in_force(one, day) for one in lists.loaded)
    return "not_listed" if whole else "not_loaded"


def in_force(one: Product | Loaded | Banned, day: str) -> bool:
    """Say whether a row is in force on a civil day."""
    return one.valid_from <= day and (not one.valid_to or day <= one.valid_to)


def _is_usable(one: Product, day: str) -> bool:
    return in_force(one, day) or one.valid_from <= day <= one.usable_until


def find_banned(lists: Lists, active: str, day: str) -> Banned | None:
    """Return the banned ingredient that an ingredient's text names on a day, whole words only."""
    text = f" {words(active)} "
    for one in lists.banned:
        if in_force(one, day) and any(f" {name} " in text for name in one.names):
            return one
    return None


def uses_of(lists: Lists, name: str, day: str, crop: str = "") -> tuple[Use, ...]:
    """Return the label uses of a product on a day; with `crop` only that crop's, compared whole.

    What the organisation's label book says of a crop (and of what is taken from an animal) stands in place of
    what the list in force says of it, and that in place of what tables of labels say.
    """
    own = [one.use for one in lists.label_uses.get(plain(name), ())]
    product = find(lists, name, day)
    told = [one for one in lists.products.get(plain(name), ()) if not one.permits and in_force(one, day)]
    found: list[Use] = []
    for uses in (own, () if product is None else product.uses, [use for one in told for use in one.uses]):
        said = {(plain(use.crop), use.produce) for use in found}
        found += [use for use in uses if (plain(use.crop), use.produce) not in said]
    sought = plain(crop)
    return tuple(use for use in found if not sought or plain(use.crop) == sought)


def make_lists(
    version: str,
    products: list[Product],
    banned: list[Banned],
    loaded: list[Loaded],
    label_uses: list[LabelUse] | None = None,
) -> Lists:
    """Return the lists with their products and label uses by plain name, each in the order given."""
    by_name: dict[str, tuple[Product, ...]] = {}
    for one in products:
        by_name[one.plain] = (*by_name.get(one.plain, ()), one)
    by_label: dict[str, tuple[LabelUse, ...]] = {}
    for label in label_uses or []:
        name = plain(label.product)
        by_label[name] = (*by_label.get(name, ()), label)
    return Lists(version, by_name, tuple(banned), tuple(loaded), by_label)
