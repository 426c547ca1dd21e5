"""A package for upload by hand: the ten data items of Circular 02/2024 with the stages, as JSON and XLSX.

For systems that publish no interface. Beside the items: the stages as EPCIS events, the pictures, a manifest
with SHA-256 sums. Names of fields as two independent implementers list them; what is not known stays out.
Source: Circular 02/2024/TT-BKHCN art. 6(3) as in reference traceability §7.2 (V2: not checked against it).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any, Final

from server.config import current_settings, now_ms
from server.services.city.shape import Adapter
from server.services.dossier_print import pack
from server.services.fact_values import hashes_of, number_in, rows_in, text_in
from server.services.photos import PhotoStore
from server.services.tracing import Traced, photo_scope
from server.store.tables import write_sheets
from sync.codes import digital_link
from sync.lots.epcis import Told, document_of, instant

FORMAT: Final = "so-nha-nong/tt02-2024/1"
_HEADS: Final = ("Số", "Mục dữ liệu", "Nội dung")
_STEP_HEADS: Final = (
    "Công đoạn",
    "Tên",
    "Bắt đầu",
    "Kết thúc",
    "Mã địa điểm",
    "Ai làm",
    "Ghi gì",
    "Bằng chứng",
)
_STEP_FIELDS: Final = (
    "step_type", "step_name", "start_time", "end_time", "location_code", "executor", "description",
    "evidence_url",
)  # fmt: skip
# number of the item, its name in the circular, the fields of ours that hold it
_ITEMS: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    ("1", "Tên sản phẩm, hàng hóa", ("product_name",)),
    ("2", "Hình ảnh sản phẩm", ("product_images",)),
    ("3", "Tên đơn vị sản xuất, kinh doanh", ("producer_name",)),
    ("4", "Địa chỉ đơn vị", ("producer_address",)),
    ("5", "Các công đoạn sản xuất, kinh doanh", ()),
    ("6", "Mã truy vết sản phẩm", ("trace_code", "gtin", "trace_url")),
    ("7", "Mã truy vết địa điểm", ("location_code",)),
    ("8", "Thời gian sản xuất, kinh doanh", ("production_time",)),
    ("9", "Thương hiệu, nhãn hiệu, ký hiệu, số sê-ri", ("brand",)),
    ("10", "Thời hạn sử dụng", ("expiry_date",)),
    ("11", "Tiêu chuẩn, quy chuẩn áp dụng", ("applied_standards",)),
    ("", "Khối lượng", ("amount",)),
    ("", "Thu hồi", ("recall",)),
)


def make_adapter() -> Adapter:
    """Return the adapter: a person takes what it makes there, and says so."""
    return Adapter("package", body_of, None, tells_once=False)


def body_of(traced: Traced, events: Sequence[Told]) -> str:
    """Return a lot as it is published now, with its whole history."""
    base, now = current_settings().public_url, now_ms()
    data = {
        "format": FORMAT,
        "made_at": instant(now),
        **_items(traced.facts, f"{base}/t/{traced.code}"),
        "trace_code": traced.code,
        "state": traced.state,
        **({"recall": dict(traced.recall)} if traced.recall is not None else {}),
    }
    photos = hashes_of(traced.facts)
    said = {"data": data, "epcis": document_of(events, base, now), "photos": photos}
    return json.dumps(said, ensure_ascii=False)


def zip_of(body: str, traced: Traced, store: PhotoStore) -> IO[bytes]:
    """Return an open file with the ZIP of a body. Raises: NotDone where its photos are too many."""
    said = json.loads(body)
    data = said["data"]
    files = {
        "du-lieu.json": json.dumps(data, ensure_ascii=False, indent=1).encode(),
        "du-lieu.xlsx": write_sheets([("10 muc du lieu", _item_rows(data)), ("Cong doan", _step_rows(data))]),
        "su-kien-epcis.json": json.dumps(said["epcis"], ensure_ascii=False, indent=1).encode(),
    }
    about = {"format": FORMAT, "lot": traced.code, "page": data["trace_url"]}
    return pack(files, _photos(traced, said["photos"]), about, store)


def _items(facts: Mapping[str, Any], page: str) -> dict[str, Any]:
    product = facts.get("product")
    gtin = text_in(product, "gtin")
    hashes = hashes_of(facts)
    pictures = product.get("pictures") if isinstance(product, dict) else None
    shown = [one for one in pictures if one in hashes] if isinstance(pictures, list) else []
    found: dict[str, Any] = {
        "product_name": text_in(product, "name_vi"),
        "product_images": [_file_of(hashes.index(one)) for one in shown],
        "producer_name": text_in(facts, "producer", "name"),
        "producer_address": text_in(facts, "producer", "address"),
        "steps": [_step(one, facts, hashes, page) for one in rows_in(facts, "steps")],
        "location_code": [_place(one) for one in rows_in(facts, "farms")],
        "production_time": {**_span(facts, "produced"), "harvested": _span(facts, "harvested")},
        "applied_standards": [dict(one) for one in rows_in(facts, "standards")],
        "amount": facts.get("amount"),
        "trace_url": page,
    }
    optional = {
        "gtin": gtin,
        "digital_link": digital_link(gtin, text_in(facts, "code")) if gtin else "",
        "brand": text_in(product, "brand"),
        "packed_on": text_in(facts, "packed_on"),
        "expiry_date": text_in(facts, "expires_on"),
        "ocop": facts.get("ocop"),
        "waiting": facts.get("waiting"),
        "not_proven": facts.get("not_proven"),
        "findings": facts.get("findings"),
        "override": facts.get("override"),
    }
    return found | {name: value for name, value in optional.items() if value}


def _step(one: Mapping[str, Any], facts: Mapping[str, Any], hashes: list[str], page: str) -> dict[str, Any]:
    inputs = [f"{text_in(line, 'name')} {text_in(line, 'active')}".strip() for line in rows_in(one, "inputs")]
    photos = one.get("photos")
    seen = [hashes.index(each) for each in photos if each in hashes] if isinstance(photos, list) else []
    late = number_in(one, "late_days") or 0
    is_amended = one.get("amended") is True
    said = [*inputs, f"ghi muộn {late} ngày" if late else "", "đã sửa" if is_amended else ""]
    farm = text_in(one, "farm")
    return {
        "step_type": text_in(one, "kind"),
        "step_name": text_in(one, "name_vi"),
        "product_code": text_in(facts, "product", "gtin") or text_in(facts, "code"),
        "location_code": farm or text_in(facts, "producer", "org"),
        "start_time": text_in(one, "on"),
        "end_time": text_in(one, "on"),
        "executor": f"Hộ {farm}" if farm else text_in(facts, "producer", "name"),
        "description": "; ".join(filter(None, said)),
        "evidence_url": [f"{page}/anh/{place}" for place in seen],
    }


def _place(farm: Mapping[str, Any]) -> dict[str, str]:
    return {name: text_in(farm, name) for name in ("code", "village", "commune")}


def _span(facts: Mapping[str, Any], name: str) -> dict[str, str]:
    return {end: text_in(facts, name, end) for end in ("from", "to")}


def _item_rows(data: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    yield _HEADS
    for number, name, fields in _ITEMS:
        said = [_text(data[field]) for field in fields if data.get(field)]
        stages = f"{len(data['steps'])} công đoạn, xem tờ sau"
        yield number, name, "; ".join(said) if fields else stages


def _step_rows(data: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    yield _STEP_HEADS
    for step in data["steps"]:
        yield [_text(step[name]) for name in _STEP_FIELDS]


def _text(value: Any) -> str:
    """Return a value in a cell."""
    if isinstance(value, list):
        return "; ".join(map(_text, value))
    if isinstance(value, dict):
        return ", ".join(said for said in map(_text, value.values()) if said)
    return "" if value is None else str(value)


def _photos(traced: Traced, hashes: Sequence[str]) -> Iterator[tuple[str, str, str, str]]:
    """Give what may be shown today: whoever took a photo may have changed his mind since."""
    for place, sha256 in enumerate(hashes):
        if (scope := photo_scope(traced, sha256)) is not None:
            yield scope, traced.doc, _file_of(place), sha256


def _file_of(place: int) -> str:
    return f"anh/{place + 1:02}.jpg"
