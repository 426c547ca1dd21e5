"""A pack for Postmart (VNPost): its form was not found, so all of it is recalled from what such forms ask.

Source: commerce.md §9: form fields not found, whether the site stands was not verified (R).
"""

from __future__ import annotations

from server.services.packs.shape import ORIGIN, Field, Pack, number, papers

POSTMART = Pack(
    "postmart", "Postmart", "chưa tìm được mẫu của Postmart",
    (
        Field("ten_san_pham", "Tên sản phẩm", "R", lambda ware: ware.name, needed=True),
        Field("danh_muc", "Danh mục", "R", lambda ware: ware.kind),
        Field("mo_ta", "Mô tả", "R", lambda ware: ware.describe(), needed=True),
        Field("gia_ban", "Giá bán (đồng)", "R", lambda ware: number(ware.price), needed=True),
        Field("don_vi", "Đơn vị tính", "R", lambda ware: ware.price_per),
        Field("khoi_luong_g", "Khối lượng (g)", "R", lambda ware: number(ware.package_g)),
        Field("xuat_xu", "Xuất xứ", "R", lambda _ware: ORIGIN),
        Field("nha_san_xuat", "Nơi làm ra", "R", lambda ware: ware.producer, needed=True),
        Field("dia_chi", "Địa chỉ", "R", lambda ware: ware.address, needed=True),
        Field("chung_nhan", "Giấy chứng nhận còn hạn", "R", papers),
        Field("truy_xuat", "Trang truy xuất", "R", lambda ware: ware.trace),
    ),
    9, "R",
)  # fmt: skip
