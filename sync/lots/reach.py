"""From a harvest to every lot and delivery that it touched, and from a lot back to its harvests.

Nodes are names: `<farm>/<entry>` for a harvest, a document for lots, shipments and sales. Whose hands a
delivery came into is private and stands in its document. Corrected events make no way.
Source: Circular 17/2021/TT-BNNPTNT (one step back, one step forward); PROTOCOL §36.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sync.lots.balance import MAKES, standing, standing_sales
from sync.lots.shape import Event, Lot, Sale


@dataclass(frozen=True, slots=True)
class Graph:
    """Which node leads to which. `ahead`: forwards; `back`: the same ways backwards."""

    ahead: Mapping[str, frozenset[str]]
    back: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Reached:
    """What was found, each sorted: lots, deliveries (shipments and sales), harvests as (farm, entry)."""

    lots: tuple[str, ...]
    deliveries: tuple[str, ...]
    harvests: tuple[tuple[str, str], ...]


def harvest_node(farm: str, entry: str) -> str:
    """Return the node of a harvest."""
    return f"{farm}/{entry}"


def make_graph(lots: Iterable[Lot], events: Iterable[Event], sales: Iterable[Sale] = ()) -> Graph:
    """Return every way that goods went."""
    return graph_of(edges(lots, events, sales))


def edges(
    lots: Iterable[Lot], events: Iterable[Event], sales: Iterable[Sale] = ()
) -> list[tuple[str, str, str]]:
    """Return the ways as (from, to, document that says so), each once, sorted."""
    found = {(harvest_node(one.farm, one.entry), lot.doc, lot.doc) for lot in lots for one in lot.sources}
    for event in standing(events):
        ins, outs = ({part.lot for part in parts} for parts in (event.ins, event.outs))
        if event.kind in MAKES:
            found |= {(one, other, event.doc) for one in ins for other in outs if one != other}
        elif event.kind == "ship":
            found |= {(one, event.doc, event.doc) for one in ins}
    found |= {(sale.part.lot, sale.doc, sale.doc) for sale in standing_sales(sales)}
    return sorted(found)


def graph_of(ways: Iterable[tuple[str, str, str]]) -> Graph:
    """Return the graph of ways that `edges` gave."""
    ahead: dict[str, set[str]] = defaultdict(set)
    back: dict[str, set[str]] = defaultdict(set)
    for start, end, _ in ways:
        ahead[start].add(end)
        back[end].add(start)
    return Graph(*({name: frozenset(to) for name, to in some.items()} for some in (ahead, back)))


def forward(graph: Graph, starts: Iterable[str]) -> Reached:
    """Return everything that goods from these nodes came to, the lots among the nodes too."""
    return _reached(_walk(graph.ahead, starts))


def backward(graph: Graph, starts: Iterable[str]) -> Reached:
    """Return everything that these nodes are made of."""
    return _reached(_walk(graph.back, starts))


def _walk(ways: Mapping[str, frozenset[str]], starts: Iterable[str]) -> set[str]:
    seen = set(starts)
    waiting = list(seen)
    while waiting:
        for one in ways.get(waiting.pop(), frozenset()) - seen:
            seen.add(one)
            waiting.append(one)
    return seen


def _reached(nodes: set[str]) -> Reached:
    harvests = []
    for one in sorted(nodes):
        farm, slash, entry = one.partition("/")
        if slash:
            harvests.append((farm, entry))
    docs = sorted(one for one in nodes if "/" not in one)
    lots = tuple(one for one in docs if one.startswith("lot:"))
    return Reached(lots, tuple(one for one in docs if not one.startswith("lot:")), tuple(harvests))
