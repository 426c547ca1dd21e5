"""A pack for Voso (Viettel Post): its form was not found, so all of it is recalled from what such forms ask.

Source: commerce.md §9: form fields not found, whether the site stands was not verified (R).
"""

from __future__ import annotations

from server.services.packs.shape import NO_BRAND, Field, Pack, number, papers, side

VOSO = Pack(
    "voso", "Voso", "chưa tìm được mẫu của Voso",
    (
        Field("ten", "Tên sản phẩm", "R", lambda ware: ware.name, needed=True),
        Field("nganh_hang", "Ngành hàng", "R", lambda ware: ware.kind),
        Field("thuong_hieu", "Thương hiệu", "R", lambda ware: ware.brand or NO_BRAND),
        Field("mo_ta", "Mô tả", "R", lambda ware: ware.describe(), needed=True),
        Field("gia", "Giá (đồng)", "R", lambda ware: number(ware.price), needed=True),
        Field("quy_cach", "Quy cách", "R", lambda ware: ware.net or ware.price_per),
        Field("can_nang_g", "Cân nặng (g)", "R", lambda ware: number(ware.package_g), needed=True),
        Field("dai_cm", "Dài (cm)", "R", side(0)),
        Field("rong_cm", "Rộng (cm)", "R", side(1)),
        Field("cao_cm", "Cao (cm)", "R", side(2)),
        Field("noi_san_xuat", "Nơi làm ra", "R", lambda ware: ware.producer, needed=True),
        Field("chung_nhan", "Giấy chứng nhận còn hạn", "R", papers),
    ),
    9, "R",
)  # fmt: skip
