"""The lists as phones get them: one JSON object, texts once each, rows as plain arrays.

`lists_to_wire` and `lists_from_wire` are a pair. The label book is the organisation's own and travels in the
snapshot (`label_uses`), not here. Twin: `pwa/src/core/lists_wire.ts`. Source: PROTOCOL §Reference lists.
"""

from collections.abc import Mapping
from typing import Final

from sync.lists import PHI_KINDS, USE_PRODUCE, Banned, Dose, LabelUse, Lists, Loaded, Product, Use, make_lists
from sync.plain import plain
from sync.values import Json

SHAPE: Final = 1


class BadLists(ValueError):
    """An object that is no lists as the server gives them."""


class _Table:
    """Rows once each, by number, in the order of their first use."""

    def __init__(self) -> None:
        self.rows: list[Json] = []
        self._at: dict[Json, int] = {}

    def at(self, key: Json, row: Json) -> int:
        if key not in self._at:
            self._at[key] = len(self.rows)
            self.rows.append(row)
        return self._at[key]


def lists_to_wire(lists: Lists) -> dict[str, Json]:
    """Return the object that the server gives for these lists, their label book left out."""
    texts, doses, phis = _Table(), _Table(), _Table()

    def text(said: str) -> int:
        return texts.at(said, said)

    def use(one: Use) -> list[int]:
        dose = (one.dose_text, one.dose)
        phi = (one.phi_text, one.phi_kind, one.phi_days, one.stages, one.produce)
        beside = [one.produce] if one.produce else []
        return [
            text(one.crop),
            text(one.pest),
            doses.at(dose, [one.dose_text, None if one.dose is None else [_dose(d) for d in one.dose]]),
            phis.at(phi, [one.phi_text, one.phi_kind, one.phi_days, list(one.stages), *beside]),
        ]

    def product(one: Product) -> list[Json]:
        head = [one.kind, one.active, one.group, one.registrant, one.source]
        dates = [one.valid_from, one.valid_to, one.usable_until]
        flat = [number for each in one.uses for number in use(each)]
        return [one.name, *map(text, head), *map(text, dates), one.mark, int(one.permits), flat]

    products = [product(one) for same in lists.products.values() for one in same]
    return {
        "shape": SHAPE,
        "version": lists.version,
        "loaded": [[o.kind, o.valid_from, o.valid_to, o.source, o.mark] for o in lists.loaded],
        "banned": [_banned(one) for one in lists.banned],
        "texts": texts.rows,
        "doses": doses.rows,
        "phis": phis.rows,
        "products": products,
    }


def lists_from_wire(wire: Mapping[str, Json]) -> Lists:
    """Return the lists of such an object. Raises: BadLists for what is none."""
    try:
        if wire["shape"] != SHAPE:
            raise BadLists("another shape of lists")
        doses = [(text, _doses(given)) for text, given in wire["doses"]]
        phis = [_phi(*row) for row in wire["phis"]]
        texts = wire["texts"]

        def uses(flat: list[int]) -> tuple[Use, ...]:
            rows = (flat[i : i + 4] for i in range(0, len(flat), 4))
            return tuple(_use(texts[c], texts[p], doses[d], phis[w]) for c, p, d, w in rows)

        products = [
            Product(
                name, plain(name), texts[kind], texts[active], texts[group], texts[registrant],
                texts[since], texts[till], texts[until], texts[source], mark, uses(flat), permits == 1,
            )
            for name, kind, active, group, registrant, source, since, till, until, mark, permits, flat
            in wire["products"]
        ]  # fmt: skip
        banned = [Banned(a, tuple(names), *more) for a, names, *more in wire["banned"]]
        return make_lists(wire["version"], products, banned, [Loaded(*row) for row in wire["loaded"]])
    except (KeyError, IndexError, TypeError, ValueError) as cause:
        raise BadLists("no lists as the server gives them") from cause


def label_use_to_wire(one: LabelUse) -> dict[str, Json]:
    """Return a line of the label book as the snapshot gives it."""
    use = one.use
    return {
        "doc": one.doc,
        "product": one.product,
        "active": one.active,
        "crop": use.crop,
        "pest": use.pest,
        "dose": None if use.dose is None else [_dose(dose) for dose in use.dose],
        "dose_text": use.dose_text,
        "phi_kind": use.phi_kind,
        "phi_days": use.phi_days,
        "phi_text": use.phi_text,
        "stages": list(use.stages),
        **({"produce": use.produce} if use.produce else {}),
    }


def label_use_from_wire(row: Mapping[str, Json]) -> LabelUse:
    """Return the line of such an object. Raises: BadLists for what is none."""
    try:
        produce = row.get("produce", "")
        phi = _phi(row["phi_text"], row["phi_kind"], row["phi_days"], row["stages"], produce)
        use = _use(row["crop"], row["pest"], (row["dose_text"], _doses(row["dose"])), phi)
        return LabelUse(row["doc"], row["product"], row["active"], use)
    except (KeyError, TypeError, ValueError) as cause:
        raise BadLists("no line of a label book") from cause


def _use(crop: str, pest: str, dose: tuple[str, tuple[Dose, ...] | None], phi: tuple[Json, ...]) -> Use:
    phi_text, kind, days, stages, produce = phi
    # Whoever says a number says "days", and nothing else is ever a number.
    if kind not in PHI_KINDS or (days is None) != (kind != "days") or (days is not None and days < 0):
        raise BadLists("a waiting time that is and is no number of days")
    return Use(crop, pest, dose[1], dose[0], kind, days, phi_text, stages, produce)


def _phi(text: str, kind: str, days: Json, stages: list[str], produce: str = "") -> tuple[Json, ...]:
    if produce not in USE_PRODUCE:
        raise BadLists("a waiting time for what nobody takes")
    return text, kind, days, tuple(stages), produce


def _banned(one: Banned) -> list[Json]:
    ends = [one.valid_to] if one.valid_to else []
    return [one.active, list(one.names), one.kind, one.source, one.valid_from, one.mark, *ends]


def _dose(dose: Dose) -> list[Json]:
    return [dose.low, dose.high, dose.unit]


def _doses(given: Json) -> tuple[Dose, ...] | None:
    return None if given is None else tuple(Dose(*row) for row in given)
