"""A pack for any place of sale: everything that a listing may ask, in plain names.

Source: commerce.md §9, the common listing pack; of Apideck (V): name, description, images, weight, unit.
"""

from __future__ import annotations

from server.services.packs.shape import NO_BRAND, ORIGIN, Field, Pack, number, papers, side

GENERAL = Pack(
    "general", "Bảng chung", "Apideck, danh mục trường chung",
    (
        Field("sku", "Mã hàng", "V", lambda ware: ware.sku),
        Field("title", "Tên sản phẩm", "V", lambda ware: ware.name, needed=True),
        Field("category", "Loại hàng", "V", lambda ware: ware.kind),
        Field("description", "Mô tả", "V", lambda ware: ware.describe(), needed=True),
        Field("brand", "Thương hiệu", "R", lambda ware: ware.brand or NO_BRAND),
        Field("origin", "Xuất xứ", "R", lambda _ware: ORIGIN),
        Field("price", "Giá (đồng)", "V", lambda ware: number(ware.price), needed=True),
        Field("unit", "Cho một", "V", lambda ware: ware.price_per),
        Field("gtin", "Mã vạch", "R", lambda ware: ware.gtin),
        Field("net_content", "Lượng tịnh", "R", lambda ware: ware.net),
        Field("weight_g", "Nặng cả bao bì (g)", "V", lambda ware: number(ware.package_g)),
        Field("length_cm", "Dài (cm)", "R", side(0)),
        Field("width_cm", "Rộng (cm)", "R", side(1)),
        Field("height_cm", "Cao (cm)", "R", side(2)),
        Field("shelf_life_days", "Hạn dùng (ngày)", "R", lambda ware: number(ware.shelf_days)),
        Field("storage", "Cách giữ", "R", lambda ware: ware.storage),
        Field("ingredients", "Thành phần", "R", lambda ware: ware.ingredients),
        Field("warning", "Cảnh báo", "R", lambda ware: ware.warning),
        Field("producer", "Nơi làm ra", "R", lambda ware: ware.producer),
        Field("address", "Địa chỉ", "R", lambda ware: ware.address),
        Field("certificates", "Giấy chứng nhận còn hạn", "R", papers),
        Field("trace_url", "Trang truy xuất", "R", lambda ware: ware.trace),
        Field("page_url", "Trang sản phẩm", "R", lambda ware: ware.page),
    ),
    9, "R",
)  # fmt: skip
