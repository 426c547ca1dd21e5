"""A pack for TikTok Shop: certificates go with their title and last day, their files are added there.

Source: commerce.md §9 [S91]: category chain, attributes, manufacturer, delivery, certifications with title
and expiry (V); title length, nine pictures, weight mandatory (R).
"""

from __future__ import annotations

from server.services.packs.shape import NO_BRAND, ORIGIN, Field, Pack, number, of_papers, side

TIKTOK = Pack(
    "tiktok", "TikTok Shop", "lược đồ dữ liệu TikTok Shop Partner Center",
    (
        Field("category_chain", "Ngành hàng (chọn lại trên sàn)", "V", lambda ware: ware.kind, needed=True),
        Field("title", "Tên sản phẩm", "R", lambda ware: ware.name, needed=True, most=255),
        Field("description", "Mô tả", "R", lambda ware: ware.describe(), needed=True, most=10_000),
        Field("brand", "Thương hiệu", "R", lambda ware: ware.brand or NO_BRAND),
        Field("manufacturer", "Nơi làm ra", "V", lambda ware: ware.producer, needed=True),
        Field("manufacturer_address", "Địa chỉ nơi làm ra", "R", lambda ware: ware.address),
        Field("origin", "Xuất xứ", "R", lambda _ware: ORIGIN),
        Field("price", "Giá", "R", lambda ware: number(ware.price), needed=True),
        Field("seller_sku", "SKU", "R", lambda ware: ware.sku),
        Field("gtin", "GTIN", "R", lambda ware: ware.gtin),
        Field("package_weight_g", "Cân nặng (g)", "R", lambda ware: number(ware.package_g), needed=True),
        Field("package_length_cm", "Dài (cm)", "R", side(0)),
        Field("package_width_cm", "Rộng (cm)", "R", side(1)),
        Field("package_height_cm", "Cao (cm)", "R", side(2)),
        Field("certification_title", "Tên giấy chứng nhận", "V", of_papers(lambda one: one.title)),
        Field("certification_expires", "Giấy có hạn đến", "V", of_papers(lambda one: one.until)),
    ),
    9, "R",
)  # fmt: skip
