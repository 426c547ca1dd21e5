"""Who is in the demo: two cooperatives, their staff, fifteen households, their phones. All invented."""

from __future__ import annotations

from typing import Final

from server.demo.story import Household, Person

COMMUNE: Final = "Xã Kiến Thụy"
ADMINISTRATOR: Final = "Đỗ Quang Huy"
CROPS: Final = "HTX Nông nghiệp Thuận Thiên (mẫu)"
ANIMALS: Final = "HTX Chăn nuôi – Thủy sản Hữu Bằng (mẫu)"
COOPERATIVES: Final = (CROPS, ANIMALS)
# The former communes are real; which villages (thôn) there are today was not found, so these are made up.
VILLAGES: Final = (
    "Thôn Đông, Thuận Thiên", "Thôn Đoài, Thuận Thiên", "Thôn Cả, Thuận Thiên", "Thôn Thượng, Thanh Sơn",
    "Thôn Hạ, Thanh Sơn", "Thôn Trung, Hữu Bằng", "Thôn Ngoài, Hữu Bằng", "Tổ dân phố 3, Núi Đối",
)  # fmt: skip


def _home(key: str, name: str, organisation: str, village: int, lat: float, lng: float) -> Household:
    return Household(key, name, organisation, VILLAGES[village], round(lat * 10**7), round(lng * 10**7))


HOUSEHOLDS: Final = (
    _home("thanh", "Nhà ông Thành", CROPS, 0, 20.7475, 106.6635),
    _home("lua", "Nhà bà Lụa", CROPS, 1, 20.7440, 106.6600),
    _home("huong", "Nhà chị Hương", CROPS, 3, 20.7560, 106.6460),
    _home("dung", "Vườn nhà lưới anh Dũng", CROPS, 4, 20.7585, 106.6490),
    _home("kha", "Nhà ông Kha", CROPS, 2, 20.7420, 106.6680),
    _home("man", "Nhà bà Mận", CROPS, 7, 20.7610, 106.6555),
    _home("khoat", "Nhà ông Khoát", CROPS, 1, 20.7448, 106.6612),
    _home("binh", "Nhà anh Bình", CROPS, 1, 20.7436, 106.6588),
    _home("mo", "Nhà chị Mơ", CROPS, 3, 20.7566, 106.6472),
    _home("tuan", "Trại lợn anh Tuấn", ANIMALS, 5, 20.7500, 106.6690),
    _home("bay", "Nhà chị Bảy", ANIMALS, 6, 20.7520, 106.6650),
    _home("hai", "Trại gà anh Hải", ANIMALS, 5, 20.7535, 106.6620),
    _home("nga", "Trại gà đẻ cô Nga", ANIMALS, 6, 20.7550, 106.6600),
    _home("son", "Đầm tôm ông Sơn", ANIMALS, 5, 20.7455, 106.6655),
    _home("quyet", "Ao cá nhà Quyết", ANIMALS, 6, 20.7465, 106.6700),
)  # fmt: skip


def _person(key: str, name: str, role: str, organisation: str, farm: str | None = None) -> Person:
    return Person(key, name, role, organisation, farm)


PEOPLE: Final = (
    _person("thanh", "Phạm Văn Thành", "owner", CROPS, "thanh"),
    _person("hanh", "Vũ Thị Hạnh", "member", CROPS, "thanh"),
    _person("lua", "Bùi Thị Lụa", "owner", CROPS, "lua"),
    _person("huong", "Ngô Thu Hương", "owner", CROPS, "huong"),
    _person("dung", "Đặng Tiến Dũng", "owner", CROPS, "dung"),
    _person("kha", "Lương Xuân Kha", "owner", CROPS, "kha"),
    _person("man", "Hoàng Thị Mận", "owner", CROPS, "man"),
    _person("khoi", "Trần Minh Khôi", "member", CROPS, "man"),
    _person("khoat", "Nguyễn Văn Khoát", "owner", CROPS, "khoat"),
    _person("binh", "Vũ Văn Bình", "owner", CROPS, "binh"),
    _person("mo", "Đỗ Thị Mơ", "owner", CROPS, "mo"),
    _person("tuan", "Vũ Anh Tuấn", "owner", ANIMALS, "tuan"),
    _person("loan", "Đinh Thị Loan", "member", ANIMALS, "tuan"),
    _person("bay", "Nguyễn Thị Bảy", "owner", ANIMALS, "bay"),
    _person("hai", "Phạm Đức Hải", "owner", ANIMALS, "hai"),
    _person("nga", "Lê Thị Nga", "owner", ANIMALS, "nga"),
    _person("son", "Trịnh Văn Sơn", "owner", ANIMALS, "son"),
    _person("quyet", "Bùi Văn Quyết", "owner", ANIMALS, "quyet"),
    _person("reviewer", "Nguyễn Thị Phương", "reviewer", CROPS),
    _person("manager", "Trần Văn Cường", "manager", CROPS),
    _person("clerk", "Đoàn Thị Thắm", "clerk", CROPS),
    Person("helper", "Nguyễn Thị Mai", "helper", CROPS, villages=(VILLAGES[1], VILLAGES[3])),
    _person("reviewer_2", "Đào Văn Nam", "reviewer", ANIMALS),
    _person("manager_2", "Phạm Thị Liên", "manager", ANIMALS),
    _person("officer", "Lê Thị Hạnh", "officer", COMMUNE),
    _person("extension", "Nguyễn Đình Quân", "extension", COMMUNE),
)  # fmt: skip

# Households that the extension officer visits.
VISITED: Final = ("thanh", "huong", "man", "tuan", "hai", "son")

# Whom a newcomer may be: key of the person and what the terminal says of it.
GUESTS: Final = (
    ("thanh", "Nông dân trồng lúa / rice farmer"),
    ("hanh", "Người thứ hai cùng nhà / second member of the same household"),
    ("huong", "Nông dân trồng rau / vegetable farmer"),
    ("tuan", "Người nuôi lợn / pig farmer"),
    ("hai", "Người nuôi gà / chicken farmer"),
    ("son", "Người nuôi tôm / shrimp farmer"),
    ("helper", "Tổ Công nghệ số cộng đồng / team member"),
    ("clerk", "Người cân hàng ở điểm thu mua / clerk of the purchase point"),
    ("reviewer", "Người duyệt của HTX / reviewer of the cooperative"),
    ("manager", "Quản lý HTX / manager of the cooperative"),
    ("reviewer_2", "Người duyệt của HTX khác / reviewer of the other cooperative"),
    ("officer", "Cán bộ xã, Phòng Kinh tế / officer of the commune"),
    ("extension", "Cán bộ khuyến nông, trên điện thoại / extension officer, on the phone"),
)  # fmt: skip

# Who of them has the console beside the phone.
AT_DESK: Final = (
    ("extension", "Cán bộ khuyến nông, trên máy tính / extension officer, at a computer"),
    ("clerk", "Người cân hàng, trên máy tính / clerk, at a computer"),
)
ON_PHONE: Final = frozenset({"clerk"})  # staff whose first part is a phone
