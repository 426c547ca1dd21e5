"""The land as files that other programs read: GeoJSON, XLSX, CSV; as much as the map shows this person.

GeoJSON: WGS 84, longitude first, rings closed and counter-clockwise, seven decimals at most.
Source: RFC 7946 §3.1.1, §3.1.6, §4, §11.2.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from server.pages.console_show import number_shown
from server.pages.console_words import Language, say
from server.pages.season_drawing import COARSE, outline_points
from server.services.console_exports import sheets_file
from server.services.console_land import Land, Place, Plot
from server.services.land_sums import KINDS, Sum
from sync.units import m2_to_sao
from sync.values import Json

TYPES: Final = {
    "geojson": "application/geo+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
STANDARDS: Final = ("vietgap", "organic", "conversion", "none")
E7: Final = 10_000_000
Point = tuple[int, int]


def as_geojson(land: Land, sums: Sequence[Sum]) -> bytes:
    """Return a FeatureCollection: the outline, the villages with their sums, and the plots that may be seen.

    Shape:  a plot without a boundary has the geometry null: it is known, its place is not.
    """
    features: list[Json] = [_feature("outline", _polygon(outline_points()), {"type": "commune"})]
    places = [(one.village, one) for one in sums if one.village is not None]
    features += [_feature(place.id, _spot(place.near), _village(place, one)) for place, one in places]
    if land.is_exact:
        names = {one.id: one.name for one in land.villages}
        features += [_feature(one.doc, _polygon(one.points), _plot(one, names)) for one in land.plots]
    data: Json = {"type": "FeatureCollection", "features": features}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def as_table(land: Land, sums: Sequence[Sum], whole: Sum, language: Language, ending: str) -> bytes:
    """Return the villages and, for who may see them, the plots: two sheets, or as CSV the finer of them."""
    villages = [*_village_rows(sums, whole, language)]
    plots = [*_plot_rows(land, language)] if land.is_exact else []
    sheets = [(say(language, "map_by_village"), villages), (say(language, "map_plots"), plots)]
    return sheets_file([one for one in sheets if one[1]], ending)


def _feature(name: str, geometry: Json, properties: dict[str, Json]) -> Json:
    return {"type": "Feature", "id": name, "geometry": geometry, "properties": properties}


def _polygon(points: Sequence[Point]) -> Json:
    if not points:
        return None
    ring = list(points) if _area(points) > 0 else list(reversed(points))
    return {"type": "Polygon", "coordinates": [[_position(one) for one in [*ring, ring[0]]]]}


def _area(points: Sequence[Point]) -> int:
    """Return twice the signed area of a ring in the plane, above 0 where it runs counter-clockwise."""
    turned = zip(points, [*points[1:], points[0]], strict=True)
    return sum(here[1] * after[0] - after[1] * here[0] for here, after in turned)


def _position(point: Point) -> Json:
    # JSON numbers of seven decimals, made from whole numbers: as exact as they were taken.
    return [point[1] / E7, point[0] / E7]


def _spot(near: Point | None) -> Json:
    if near is None:
        return None
    return {"type": "Point", "coordinates": _position((near[0] * COARSE, near[1] * COARSE))}


def _village(place: Place, one: Sum) -> dict[str, Json]:
    return {
        "type": "village",
        "name": place.name,
        "precision": "0.01 degree",
        "farms": one.farms,
        "plots": one.plots,
        "land_m2": one.land_m2,
        "pond_m2": one.pond_m2,
        "plots_without_area": one.unmeasured,
        "seasons": one.seasons,
        "certified_m2": one.certified_m2,
        "animals": one.animals,
        "seasons_without_head_count": one.uncounted,
    }


def _plot(one: Plot, names: dict[str, str]) -> dict[str, Json]:
    return {
        "type": "plot",
        "farm": one.code,
        "village": names.get(one.village),
        "name": one.name,
        "kind": one.kind,
        "area_m2": one.area_m2,
        "area_sao": None if one.area_m2 is None else m2_to_sao(one.area_m2),
        "crops": [season.name for season in one.seasons],
        "standards": [season.standard for season in one.seasons],
        "silent": one.is_silent,
        "wait": one.wait or None,
        "wait_until": one.until or None,
    }


def _village_rows(sums: Sequence[Sum], whole: Sum, language: Language) -> Iterator[list[str]]:
    keys = (
        "map_village", "map_farms", "map_plots", "map_land_m2", "map_land_ha", "map_pond_m2", "map_pond_ha",
        "map_unmeasured", "map_seasons", "map_certified_m2", "map_animals", "map_uncounted", "map_silent",
    )  # fmt: skip
    yield [say(language, key) for key in keys]
    for one in [*sums, whole]:
        name = one.village.name if one.village else say(language, "map_no_village")
        numbers = (
            one.farms,
            one.plots,
            one.land_m2,
            ha(one.land_m2, language),
            one.pond_m2,
            ha(one.pond_m2, language),
        )
        more = (one.unmeasured, one.seasons, one.certified_m2, one.animals, one.uncounted, one.silent)
        yield [say(language, "map_all") if one is whole else name, *(str(each) for each in numbers + more)]


def _plot_rows(land: Land, language: Language) -> Iterator[list[str]]:
    keys = (
        "map_code", "map_farm", "map_village", "map_plot", "map_kind", "map_m2", "map_sao", "map_ha",
        "map_crop", "map_standard", "map_written", "map_drawn",
    )  # fmt: skip
    yield [say(language, key) for key in keys]
    names = {one.id: one.name for one in land.villages}
    for one in land.plots:
        area = one.area_m2
        sizes = ["", "", ""] if area is None else _sizes(area, language)
        yield [
            one.code, one.farm_name, names.get(one.village, ""), one.name, kind_text(one.kind, language),
            *sizes, ", ".join(season.name for season in one.seasons),
            ", ".join(standard_text(season.standard, language) for season in one.seasons if season.standard),
            say(language, "map_is_silent" if one.is_silent else "map_is_active") if one.seasons else "",
            say(language, "yes" if one.points else "no"),
        ]  # fmt: skip


def _sizes(area: int, language: Language) -> list[str]:
    return [str(area), number_shown(language, m2_to_sao(area)), ha(area, language)]


def kind_text(kind: str, language: Language) -> str:
    """Return what a kind of plot is called; an unknown one as it is."""
    return say(language, f"map_kind_{kind}") if kind in KINDS else kind


def standard_text(standard: str, language: Language) -> str:
    """Return what a standard is called; an unknown one as it is."""
    return say(language, f"map_standard_{standard}") if standard in STANDARDS else standard


def ha(square_metres: int, language: Language = "vi") -> str:
    """Return whole m² as hectares with two decimals, "1,25" in Vietnamese; halves rounded up."""
    hundredths = (square_metres + 50) // 100
    return f"{hundredths // 100}{',' if language == 'vi' else '.'}{hundredths % 100:02}"
