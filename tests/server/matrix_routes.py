"""Every route of the API and of the console: how it is asked about a place, who may, and what those get.

What is allowed is computed from the table of rights alone. A route that is not here fails `test_matrix.py`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from werkzeug.test import TestResponse

from sync.rights import STAFF, may_act, may_open, may_see, reads_of
from tests.server.matrix import ABOVE, OWN, SAME, SOUND, Caller, Place
from tests.server.pictures import hash_of

TUS = {"Tus-Resumable": "1.0.0"}
May = Callable[[str, str], bool]  # of a role and of where the place lies


def nobody(_role: str, _where: str) -> bool:
    """Return no."""
    return False


def anywhere(_role: str, _where: str) -> bool:
    """Return yes: the address names no place."""
    return True


def reads_farm(role: str, where: str) -> bool:
    """Return whether a role reads the log of a household that lies there."""
    farms = reads_of(role).farms
    return (where == OWN and farms in ("own", "helped")) or (where in (OWN, SAME) and farms == "organisation")


def writes_farm(role: str, where: str) -> bool:
    """Return whether a role writes in the log of a household that lies there."""
    return reads_farm(role, where) and may_open(role, "farm")


def reads_org(role: str, where: str) -> bool:
    """Return whether a role reads the log of the organisation of a household that lies there."""
    return where in (OWN, SAME) and reads_of(role).org != "none"


def writes_org(role: str, where: str) -> bool:
    """Return whether a role writes there."""
    return where in (OWN, SAME) and reads_of(role).org == "write"


def reaches(_role: str, where: str) -> bool:
    """Return whether people and devices there are those of the staff's organisation or one below it."""
    return where in (OWN, SAME)


def own_org(role: str, where: str) -> bool:
    """Return whether the organisation there is the caller's own; the commune's staff have another."""
    return where in (OWN, SAME) and role not in ABOVE


def sees_model(role: str, where: str) -> bool:
    """Return whether a model at a household there is shown: the commune's to its own staff, too."""
    return where in (OWN, SAME) and (role in ABOVE or reads_farm(role, where))


def sees(page: str, of: May = reads_farm) -> May:
    """Return who sees a page of the console about a place."""
    return lambda role, where: role in STAFF and may_see(role, page) and of(role, where)


def sees_page(role: str, path: str, page: str) -> bool:
    """Return whether a role has a page or form that names no place."""
    return role in STAFF and may_see(role, page) and (path not in ACTS or may_act(role, ACTS[path]))


def acts(page: str, act: str, of: May = reaches) -> May:
    """Return who changes rows about a place by an act of a page."""
    return lambda role, where: role in STAFF and may_act(role, act) and sees(page, of)(role, where)


@dataclass(frozen=True)
class Route:
    """How a route is asked about a place, who may, and what those get.

    `knows`: who may not but knows of the place, and is told so (403); others get what a missing one gives.
    `narrows`: the place only narrows a list, which is empty then.
    """

    method: str
    rule: str
    ask: Callable[[Caller, Place], TestResponse]
    may: May
    good: frozenset[int]
    knows: May = nobody
    narrows: bool = False

    @property
    def name(self) -> tuple[str, str]:
        """Return how the OpenAPI document and the console's rules name it."""
        return self.method.lower(), self.rule


def on(
    method: str, rule: str, path: str, may: May, *good: int,
    knows: May = nobody, fields: Mapping[str, str] = MappingProxyType({}), **more: Any,
) -> Route:  # fmt: skip
    """Return a route whose address or form names the place: `{farm}`, `{entry}` … are put in.

    `{mine}`, `{home}`: the caller's own person and farm, where the form alone speaks of another.
    """

    def ask(caller: Caller, place: Place) -> TestResponse:
        names = {name: getattr(place, name) for name in Place.__dataclass_fields__}
        names |= {"mine": caller.mine.person, "home": caller.mine.farm}
        form = {name: text.format(**names) for name, text in fields.items()}
        return caller.ask(method, path.format(**names), **({"data": form} if form else {}), **more)

    return Route(method, rule, ask, may, frozenset(good or {200}), knows)


def page(rule: str, path: str, may: May) -> Route:
    """Return a page of the console about a place, or a list that the place narrows."""
    return replace(on("GET", f"/htx{rule}", f"/htx{path}", may), narrows="?" in path)


def form(rule: str, path: str, may: May, **fields: str) -> Route:
    """Return a form of the console about a place, sent with nothing in it or with `fields`.

    What becomes of it is no matter here: whoever may is not told that there is nothing.
    """
    return on("POST", f"/htx{rule}", f"/htx{path}", may, 200, 303, 400, 409, 422, fields=fields)


def _begin(kind: str) -> Callable[[Caller, Place], TestResponse]:
    def ask(caller: Caller, place: Place) -> TestResponse:
        data = SOUND + b"more"
        named = b64encode(hash_of(data).encode()).decode()
        headers = TUS | {"Upload-Length": str(len(data)), "Upload-Metadata": f"sha256 {named}"}
        uuid = place.farm if kind == "farm" else place.organisation
        return caller.ask("POST", f"/api/v1/photos/{kind}/{uuid}", headers=headers)

    return ask


UPLOADS, PHOTO = "/api/v1/photos/{kind}/{uuid}", "/api/v1/photos/{kind}/{uuid}/{sha256}"
START, DOCUMENT = "/api/v1/scopes/{scope}/start", "/api/v1/scopes/{scope}/documents/{doc}"
SERIES = "/api/v1/sensors/{sensor}/{measure}/{span}"
OF_FARM = "/api/v1/photos/farm/{farm}/{photo}"
BYTES = {
    "headers": TUS | {"Upload-Offset": "0"},
    "data": b"x",
    "content_type": "application/offset+octet-stream",
}
API = (
    on("GET", START, "/api/v1/scopes/farm:{farm}/start", reads_farm),
    on("GET", SERIES, "/api/v1/sensors/{sensor}/temperature/day", reads_farm),
    on("GET", START, "/api/v1/scopes/org:{organisation}/start", reads_org),
    on("GET", DOCUMENT, "/api/v1/scopes/farm:{farm}/documents/entry:{entry}", reads_farm),
    on("GET", DOCUMENT, "/api/v1/scopes/org:{organisation}/documents/device:{invite}", reads_org),
    Route("POST", UPLOADS, _begin("farm"), writes_farm, frozenset({201}), reads_farm),
    Route("POST", UPLOADS, _begin("org"), writes_org, frozenset({201}), reads_org),
    on("HEAD", PHOTO, OF_FARM, reads_farm, headers=TUS),
    on("GET", PHOTO, OF_FARM, reads_farm),
    on("PATCH", PHOTO, OF_FARM, writes_farm, 409, knows=reads_farm, **BYTES),
    on("DELETE", PHOTO, OF_FARM, nobody, knows=reads_farm, headers=TUS),  # it is another device's, and stored
)
PRIVACY = acts("privacy", "record_data_request")
CONSENTS = acts("privacy", "record_consent")
KEEPS = acts("lists", "import_lists", own_org)
PROBES = acts("sensors", "edit_sensors", reads_farm)
WARES = acts("products", "edit_products", own_org)
RULES = acts("indicators", "edit_indicators", anywhere)
TELLS = acts("bulletins", "write_bulletins", own_org)
RETELLS = acts("questions", "write_bulletins", reads_farm)
BULLETIN = {"kind": "notice", "title": "Tin", "text": "Tin", "starts_on": "1/1/2026", "ends_on": "2/1/2026"}
MODEL = "/mo-hinh/<uuid>"
RUNS = acts("models", "report_models", sees_model)
MODELS = (
    page(MODEL, "/mo-hinh/{model}", sees("models", sees_model)),
    form(MODEL, "/mo-hinh/{model}", acts("models", "edit_models", sees_model), name_vi="Ao sạch"),
    form(f"{MODEL}/trang", "/mo-hinh/{model}/trang", acts("models", "edit_models", sees_model)),
    form(f"{MODEL}/thua", "/mo-hinh/{model}/thua", acts("models", "report_models", reads_farm)),
    form(f"{MODEL}/vu", "/mo-hinh/{model}/vu", RUNS, season="Vụ mùa"),
    form(f"{MODEL}/vu/<result>", "/mo-hinh/{model}/vu/{entry}", nobody, season="Vụ mùa"),
    page(f"{MODEL}/anh/<sha256>", "/mo-hinh/{model}/anh/{picture}", nobody),
    form(f"{MODEL}/anh/<sha256>", "/mo-hinh/{model}/anh/{picture}", nobody),
    on("POST", f"/htx{MODEL}/anh", "/htx/mo-hinh/{model}/anh", RUNS, 422),  # without a file
)
ENDS = acts("people", "end_membership")
CONSOLE = (
    page("/<any(dong, vu, thua):kind>/<farm>/<uuid>", "/dong/{farm}/{entry}", sees("document")),
    page("/<any(dong, vu, thua):kind>/<farm>/<uuid>", "/vu/{farm}/{season}", sees("document")),
    page("/ho/<farm>", "/ho/{farm}", sees("farms")),
    page("/ho/<farm>/vu/<season>", "/ho/{farm}/vu/{season}", sees("season")),
    page("/kiem-tra/<farm>", "/kiem-tra/{farm}", sees("inspections")),
    page("/kiem-tra/<farm>/<inspection>", "/kiem-tra/{farm}/{inspection}", sees("inspections")),
    page("/ho-so/vu/<farm>/<season>", "/ho-so/vu/{farm}/{season}", sees("dossier")),
    page("/may/<uuid>", "/may/{invite}", sees("devices", reaches)),
    page("/", "/?farm={farm}", sees("entries")),
    page("/duyet", "/duyet?farm={farm}", sees("inbox")),
    page("/duyet/khong-co-gi-la", "/duyet/khong-co-gi-la?farm={farm}", sees("inbox")),
    page("/nguoi", "/nguoi?htx={organisation}", sees("people", reaches)),
    page("/nguoi", "/nguoi?ho={farm}", sees("people", reaches)),
    page("/nguoi/<person>", "/nguoi/{person}", sees("people", reaches)),
    on(
        "GET", "/htx/nguoi/gop", "/htx/nguoi/gop?giu={person}&bo={person}",
        acts("people", "merge_persons"), 422,
    ),
    form("/nguoi/gop", "/nguoi/gop", acts("people", "merge_persons"), giu="{person}", bo="{person}"),
    page("/xa/thon/<village>", "/xa/thon/{entry}", nobody),  # no village has its name
    form("/xa/thon/<village>", "/xa/thon/{entry}", nobody),
    form("/xa/<organisation>/ten", "/xa/{organisation}/ten", acts("commune", "add_organisation")),
    form("/nguoi/<person>/sua", "/nguoi/{person}/sua", acts("people", "edit_person")),
    form("/nguoi/<person>/vai", "/nguoi/{person}/vai", acts("people", "give_role")),
    form("/nguoi/<person>/vai", "/nguoi/{mine}/vai", acts("people", "give_role"), htx="{organisation}"),
    form("/nguoi/<person>/giup", "/nguoi/{mine}/giup", acts("people", "give_help"), vai="{aide}"),
    form(
        "/nguoi/<person>/het-giup", "/nguoi/{mine}/het-giup", acts("people", "end_help"),
        ho="{farm}", giup="{help}",
    ),
    form("/nguoi/<person>/thon", "/nguoi/{mine}/thon", acts("people", "set_villages"), vai="{aide}"),
    form("/nguoi/<person>/ket-thuc", "/nguoi/{mine}/ket-thuc", ENDS, vai="{aide}"),
    form("/ho/<farm>/sua", "/ho/{farm}/sua", acts("farms", "edit_farm", reads_farm)),
    form("/ho/<farm>/nguoi", "/ho/{farm}/nguoi", acts("farms", "add_person", reads_farm)),
    form("/ho/<farm>/nguoi", "/ho/{home}/nguoi", acts("farms", "give_role"), la="{person}"),
    form("/ho/<farm>/ket-thuc", "/ho/{farm}/ket-thuc", acts("farms", "end_membership"), vai="{aide}"),
    form("/ho/<farm>/ket-thuc", "/ho/{home}/ket-thuc", acts("farms", "end_membership"), vai="{aide}"),
    form("/ho/<farm>/chuyen", "/ho/{farm}/chuyen", acts("farms", "move_farm", reads_farm)),
    form("/chuyen/<move>/<any(nhan, thoi, rut):what>", "/chuyen/{move}/rut", acts("farms", "move_farm")),
    form("/chuyen/<move>/<any(nhan, thoi, rut):what>", "/chuyen/{move}/nhan", nobody),  # for a third one
    form("/xin/<asked_id>/nhan", "/xin/{asked}/nhan", acts("requests", "settle_request")),
    form("/xin/<asked_id>/tu-choi", "/xin/{asked}/tu-choi", acts("requests", "settle_request")),
    page("/rieng/<person>", "/rieng/{person}", sees("privacy", reaches)),
    form("/rieng", "/rieng", PRIVACY, person="{person}", kind="access", means="paper"),
    form("/rieng/<person>/xin", "/rieng/{person}/xin", PRIVACY, kind="access", means="paper"),
    form("/rieng/<person>/xin/<one>", "/rieng/{person}/xin/{asked_data}", PRIVACY, do="answer"),
    form("/rieng/<person>/xin/<one>", "/rieng/{mine}/xin/{asked_data}", PRIVACY, do="answer"),
    form("/rieng/<person>/dong-y", "/rieng/{person}/dong-y", CONSENTS, purpose="push", means="paper"),
    form("/rieng/<person>/rut/<consent>", "/rieng/{person}/rut/{consent}", CONSENTS),
    form("/rieng/<person>/tep", "/rieng/{person}/tep", acts("privacy", "export_person")),
    page("/danh-muc/ban/<version>", "/danh-muc/ban/{version}", sees("lists", own_org)),
    form("/danh-muc/ban/<version>/nhan", "/danh-muc/ban/{version}/nhan", KEEPS),
    form("/danh-muc/ban/<version>/bo", "/danh-muc/ban/{version}/bo", KEEPS),
    form("/danh-muc/ban/<version>/tep", "/danh-muc/ban/{version}/tep", sees("lists", own_org), kieu="csv"),
    page("/danh-muc/nhan/<farm>/<entry>", "/danh-muc/nhan/{farm}/{entry}", nobody),  # it has no label
    page("/danh-muc/nhan/sua/<uuid>", "/danh-muc/nhan/sua/{entry}", nobody),
    page("/lo/<uuid>", "/lo/{entry}", nobody),  # no lot has its name
    page("/lo/<uuid>/cong-bo", "/lo/{entry}/cong-bo", nobody),
    form("/lo/<uuid>/cong-bo", "/lo/{entry}/cong-bo", nobody),
    page("/lo/<uuid>/tem", "/lo/{entry}/tem", nobody),
    page("/lo/<uuid>/tem/<label>.pdf", "/lo/{entry}/tem/{entry}.pdf", nobody),
    page("/may-do/<uuid>", "/may-do/{sensor}", sees("sensors")),
    page("/may-do/<uuid>/<measure>/<span>", "/may-do/{sensor}/ph/day", sees("sensors")),
    form("/may-do/<uuid>/nguong", "/may-do/{sensor}/nguong", PROBES),
    form("/may-do/<uuid>/thoi", "/may-do/{sensor}/thoi", PROBES),
    on("POST", "/htx/may-do/<uuid>/bang", "/htx/may-do/{sensor}/bang", PROBES, 422),  # without a file
    page("/san-pham/<uuid>", "/san-pham/{ware}", sees("products", own_org)),
    form("/san-pham/<uuid>", "/san-pham/{ware}", WARES, name_vi="Cải ngọt"),
    form("/san-pham/<uuid>/thoi", "/san-pham/{ware}/thoi", WARES),
    page("/san-pham/<uuid>/goi", "/san-pham/{ware}/goi", sees("products", own_org)),
    page("/san-pham/<uuid>/noi", "/san-pham/{ware}/noi", sees("products", own_org)),
    on(
        "GET", "/htx/san-pham/<uuid>/goi/<market>.<any(xlsx,csv,zip):ending>",
        "/htx/san-pham/{ware}/goi/general.csv", sees("products", own_org), 409,
    ),  # it lacks a price
    form("/san-pham/<uuid>/trang", "/san-pham/{ware}/trang", WARES),
    form("/san-pham/<uuid>/anh/<sha256>", "/san-pham/{ware}/anh/{picture}", WARES, lam="chinh"),
    on("POST", "/htx/san-pham/<uuid>/anh", "/htx/san-pham/{ware}/anh", WARES, 422),  # without a file
    page("/cong-thanh-pho/<uuid>.zip", "/cong-thanh-pho/{entry}.zip", nobody),  # no delivery has its name
    form("/cong-thanh-pho/<uuid>/gui-lai", "/cong-thanh-pho/{entry}/gui-lai", nobody),
    form("/cong-thanh-pho/<uuid>/bo-qua", "/cong-thanh-pho/{entry}/bo-qua", nobody),
    form("/cong-thanh-pho/<uuid>/da-nop", "/cong-thanh-pho/{entry}/da-nop", nobody),
    page("/noi-ban/<uuid>", "/noi-ban/{entry}", nobody),  # no listing has its name
    form("/noi-ban/<uuid>", "/noi-ban/{entry}", nobody),
    form("/noi-ban/<uuid>/xem", "/noi-ban/{entry}/xem", nobody, thay="live"),
    form("/noi-ban/<uuid>/anh", "/noi-ban/{entry}/anh", nobody),
    form(
        "/xa/san-pham-chu-luc/<uuid>", "/xa/san-pham-chu-luc/{entry}", nobody,
        name_vi="Lúa", since="01/01/2026",
    ),
    form("/xa/ocop/<uuid>/doi-chieu", "/xa/ocop/{entry}/doi-chieu", nobody),
    page("/xa/noi-ban/<uuid>/anh", "/xa/noi-ban/{entry}/anh", nobody),
    page("/tap-huan/<uuid>", "/tap-huan/{entry}", nobody),  # no session has its name
    page("/tap-huan/<uuid>/diem-danh", "/tap-huan/{entry}/diem-danh", nobody),
    form("/tap-huan/<uuid>", "/tap-huan/{entry}", nobody),
    form("/tap-huan/<uuid>/trang-thai", "/tap-huan/{entry}/trang-thai", nobody),
    page("/tap-huan/<uuid>/danh-sach.pdf", "/tap-huan/{entry}/danh-sach.pdf", nobody),
    page("/tap-huan/<uuid>/chung-nhan.pdf", "/tap-huan/{entry}/chung-nhan.pdf", nobody),
    page("/bao-cao/<uuid>.<any(pdf, xlsx):kind>", "/bao-cao/{entry}.pdf", nobody),  # no report has its name
    page("/chi-tieu/<int:number>", "/chi-tieu/4", sees("indicators", anywhere)),
    page("/chi-tieu/7/htx/<organisation>", "/chi-tieu/7/htx/{organisation}", sees("indicators", reaches)),
    page("/chi-tieu/5/thua/<farm>/<plot>", "/chi-tieu/5/thua/{farm}/{entry}", nobody),  # no plot has its name
    page("/chi-tieu/<int:number>/cach-tinh", "/chi-tieu/4/cach-tinh", sees("indicators", anywhere)),
    on("POST", "/htx/chi-tieu/<int:number>/cach-tinh", "/htx/chi-tieu/4/cach-tinh", RULES, 422),
    page("/to-cong-nghe/<uuid>", "/to-cong-nghe/{entry}", nobody),  # no team has its name
    form("/to-cong-nghe/<uuid>", "/to-cong-nghe/{entry}", nobody),
    form("/to-cong-nghe/<uuid>/nguoi", "/to-cong-nghe/{entry}/nguoi", nobody),
    *MODELS,
    page("/so-xem", "/so-xem?ve={person}", sees("audit", reaches)),
    page("/ban-tin/<uuid>", "/ban-tin/{bulletin}", sees("bulletins", own_org)),
    form("/ban-tin/<uuid>", "/ban-tin/{bulletin}", TELLS, **BULLETIN),
    form("/ban-tin/<uuid>/dang", "/ban-tin/{bulletin}/dang", TELLS),
    form("/ban-tin/<uuid>/rut", "/ban-tin/{bulletin}/rut", TELLS),
    page("/hoi/<farm>/<uuid>", "/hoi/{farm}/{question}", sees("questions")),
    page("/mua-ban/phieu/<uuid>", "/mua-ban/phieu/{entry}", nobody),  # no sale has its name
    form("/hoi/<farm>/<uuid>/ban-tin", "/hoi/{farm}/{question}/ban-tin", RETELLS),
    form("/hien-ke/<uuid>", "/hien-ke/{entry}", nobody),  # no proposal has its name
    page("/hien-ke/<uuid>/loi-noi", "/hien-ke/{entry}/loi-noi", nobody),
)  # fmt: skip
ROUTES = API + CONSOLE
# Pages that name no place: who sees them; they tell nothing of a foreign one.
PAGES = {
    "/htx/hop-tac-xa": "cooperative", "/htx/duyet": "inbox", "/htx/duyet/khong-co-gi-la": "inbox",
    "/htx/cho": "held", "/htx/ho": "farms", "/htx/ho/them": "farms", "/htx/may": "devices",
    "/htx/nguoi": "people", "/htx/nguoi/them": "people", "/htx/xin": "requests", "/htx/nhap": "imports",
    "/htx/danh-muc": "lists", "/htx/danh-muc/nhap": "lists", "/htx/danh-muc/nhan": "lists",
    "/htx/ho-so": "dossier", "/htx/ho-so/htx": "dossier",
    "/htx/thu-hoi": "recall", "/htx/cong-thanh-pho": "city", "/htx/lo": "lots", "/htx/lo/moi": "lots",
    "/htx/gian-hang": "shop", "/htx/noi-ban": "listings", "/htx/noi-ban/them": "listings",
    "/htx/ban-do": "map", "/htx/ban-do/tep.geojson": "map", "/htx/ban-do/tep.xlsx": "map",
    "/htx/ban-do/tep.csv": "map", "/htx/mo-hinh": "models", "/htx/mo-hinh/them": "models",
    "/htx/san-pham": "products", "/htx/san-pham/them": "products",
    "/htx/may-do": "sensors", "/htx/may-do/them": "sensors", "/htx/may-do/nguong": "sensors",
    "/htx/rieng": "privacy", "/htx/so-xem": "audit", "/htx/toi": "account", "/htx/xa": "commune",
    "/htx/xa/ban-do.svg": "commune", "/htx/xa/san-pham-chu-luc": "key_products",
    "/htx/ban-tin": "bulletins", "/htx/ban-tin/viet": "bulletins", "/htx/ban-tin/gia": "bulletins",
    "/htx/hoi": "questions", "/htx/hien-ke": "proposals",
    "/htx/bao-cao": "reports", "/htx/chi-tieu": "indicators", "/htx/chi-tieu/cach-tinh": "indicators",
    "/htx/tap-huan": "trainings", "/htx/tap-huan/them": "trainings",
    "/htx/tap-huan/con-thieu": "trainings", "/htx/to-cong-nghe": "teams",
    "/htx/mua-ban": "sales", "/htx/mua-ban/chot": "sales", "/htx/mua-ban/dat": "sales",
    "/htx/mua-ban/tep": "sales", "/htx/mua-ban/ngan-hang": "banks",
}  # fmt: skip
FORMS = {
    "/htx/nguoi/tim": "people", "/htx/nguoi/them": "people", "/htx/ho/tim": "farms", "/htx/ho/them": "farms",
    "/htx/nhap": "imports", "/htx/nhap/lam": "imports", "/htx/xuat": "imports",
    "/htx/xa/them": "commune", "/htx/ho/hai-nguoi": "farms",
    "/htx/danh-muc/nhap": "lists", "/htx/danh-muc/mau": "lists",
    "/htx/tap-huan/them": "trainings", "/htx/to-cong-nghe/them": "teams",
    "/htx/mo-hinh/them": "models", "/htx/bao-cao": "reports",
    "/htx/san-pham/them": "products", "/htx/san-pham/dia-chi": "products", "/htx/thu-hoi": "recall",
    "/htx/gian-hang/sua": "shop", "/htx/gian-hang/mo": "shop", "/htx/noi-ban/them": "listings",
    "/htx/xa/san-pham-chu-luc": "key_products",
    "/htx/ban-tin/viet": "bulletins", "/htx/ban-tin/gia/ghi": "bulletins",
    "/htx/thu-hoi/bao-cao": "recall",
    "/htx/mua-ban/diem": "sales", "/htx/mua-ban/tai-khoan": "sales", "/htx/mua-ban/tien-mat": "sales",
    "/htx/mua-ban/ngan-hang/giu": "banks",
    "/htx/may-do/them": "sensors", "/htx/may-do/nguong/sua": "sensors",
}  # fmt: skip
FIELDS = {
    "/htx/san-pham/them": {"name_vi": "Cải ngọt"},
    "/htx/xuat": {"bang": "people", "kieu": "csv"},
    "/htx/danh-muc/mau": {"kieu": "csv"},
    "/htx/danh-muc/nhap": {"loai": "banned", "ten": "Danh mục", "dau": "R", "tu": "2026-01-01"},
}  # of a form that says nothing without them
# What a page or form without a place is for, where that is more than to see its list.
ACTS = {"/htx/nguoi/them": "add_person", "/htx/ho/them": "add_farm", "/htx/xuat": "export_rows"}
ACTS |= {"/htx/xa/them": "add_organisation", "/htx/ho/hai-nguoi": "set_four_eyes"}
ACTS |= {"/htx/danh-muc/nhap": "import_lists", "/htx/danh-muc/mau": "import_lists"}
ACTS |= {
    "/htx/lo/moi": "make_lots",
    "/htx/tap-huan/them": "plan_trainings",
    "/htx/to-cong-nghe/them": "edit_teams",
    "/htx/may-do/them": "edit_sensors",
    "/htx/may-do/nguong/sua": "edit_sensors",
    "/htx/mo-hinh/them": "edit_models",
    "/htx/san-pham/them": "edit_products",
    "/htx/san-pham/dia-chi": "edit_products",
    "/htx/gian-hang/sua": "edit_shop",
    "/htx/gian-hang/mo": "edit_shop",
    "/htx/noi-ban/them": "edit_listings",
}
SET = "edit_points"
ACTS |= {"/htx/mua-ban/diem": SET, "/htx/mua-ban/tai-khoan": SET, "/htx/mua-ban/tien-mat": SET}
ACTS |= {"/htx/mua-ban/tep": "export_sales", "/htx/mua-ban/ngan-hang/giu": "edit_banks"}
ACTS |= {"/htx/ban-tin/viet": "write_bulletins", "/htx/ban-tin/gia/ghi": "write_bulletins"}
# For everybody, with a session or without; they tell nothing of a place.
OPEN = {
    ("post", "/api/v1/device/invite"), ("post", "/api/v1/device/join"), ("post", "/api/v1/device/challenge"),
    ("post", "/api/v1/device/session"), ("post", "/api/v1/device/leave"), ("post", "/api/v1/readings"),
    ("post", "/api/v1/passkeys/challenge"), ("post", "/api/v1/passkeys/session"),
    ("options", UPLOADS), ("options", PHOTO), ("get", "/health"), ("get", "/ready"),
    ("get", "/htx/vao"), ("post", "/htx/tieng"), ("get", "/htx/<path:rest>"),
}  # fmt: skip
# Of the caller himself, without the name of a place; each has a test of its own, in test_matrix.py,
# (signing out) in test_console_people.py or (keys and sessions) where they are tested.
PERSONAL = {
    ("get", "/htx/"), ("get", "/api/v1/reference"), ("get", "/api/v1/lists"), ("get", "/htx/danh-muc/ten"),
    ("get", "/api/v1/me/devices"), ("get", "/api/v1/me/reminders"), ("post", "/api/v1/me/reminders"),
    ("get", "/api/v1/households"), ("get", "/api/v1/bulletins"), ("get", "/api/v1/till"),
    ("get", "/api/v1/sensors"),
    ("post", "/api/v1/passkeys/register"), ("get", "/htx/khoa"), ("post", "/htx/khoa"),
    ("post", "/htx/khoa/de-sau"), ("post", "/htx/toi/phien"), ("post", "/htx/toi/ra-het"),
    ("post", "/htx/ra"), ("post", "/api/v1/requests"), ("post", "/api/v1/sync"),
    ("post", "/api/v1/tree/evidence"),
}  # fmt: skip
