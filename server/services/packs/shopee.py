"""A pack for Shopee: the category, pictures and attributes that creating an item asks for are chosen there.

Source: commerce.md §9 [S90]: category, uploaded pictures, logistics channels, mandatory attributes (V); title
length, nine pictures, weight mandatory (R).
"""

from __future__ import annotations

from server.services.packs.shape import NO_BRAND, ORIGIN, Field, Pack, number, papers, side

SHOPEE = Pack(
    "shopee", "Shopee", "bản mô tả giao diện thêm hàng của Shopee",
    (
        Field("category", "Ngành hàng (chọn lại trên sàn)", "V", lambda ware: ware.kind, needed=True),
        Field("product_name", "Tên sản phẩm", "R", lambda ware: ware.name, needed=True, most=120),
        Field("product_description", "Mô tả", "R", lambda ware: ware.describe(), needed=True, most=3000),
        Field("brand", "Thương hiệu", "V", lambda ware: ware.brand or NO_BRAND, needed=True),
        Field("origin", "Xuất xứ", "R", lambda _ware: ORIGIN),
        Field("price", "Giá", "V", lambda ware: number(ware.price), needed=True),
        Field("variation", "Phân loại", "R", lambda ware: ware.price_per),
        Field("parent_sku", "SKU", "R", lambda ware: ware.sku),
        Field("gtin", "GTIN", "R", lambda ware: ware.gtin),
        Field("weight_g", "Cân nặng (g)", "R", lambda ware: number(ware.package_g), needed=True),
        Field("length_cm", "Dài (cm)", "R", side(0)),
        Field("width_cm", "Rộng (cm)", "R", side(1)),
        Field("height_cm", "Cao (cm)", "R", side(2)),
        Field("ingredients", "Thành phần", "R", lambda ware: ware.ingredients),
        Field("shelf_life_days", "Hạn dùng (ngày)", "R", lambda ware: number(ware.shelf_days)),
        Field("certificates", "Giấy chứng nhận còn hạn", "R", papers),
    ),
    9, "R",
)  # fmt: skip
