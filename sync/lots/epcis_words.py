"""What EPCIS has no word for: the own vocabulary of steps, and which word or CBV code an event takes.

CBV knows no harvesting, sowing or spraying: those are URIs of the server's own `/epcis/voc`.
Source: PROTOCOL §38; CBV 2.0 §7.1, §7.2; reference traceability §7.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ACTIVE, WORKED = "active", "in_progress"
# form → (own word, disposition)
STEPS: Final[Mapping[str, tuple[str, str]]] = {
    "CT-02": ("sowing", ACTIVE), "HC-06": ("sowing", ACTIVE), "CT-06": ("soil_treatment", WORKED),
    "CT-07": ("field_work", WORKED), "HC-08": ("field_work", WORKED), "CT-08": ("fertilising", WORKED),
    "CT-09": ("scouting", WORKED), "CT-10": ("spraying", WORKED), "CT-12": ("harvesting", ACTIVE),
    "HC-09": ("harvesting", ACTIVE), "CT-13": ("handling", WORKED), "CN-01": ("animals_in", ACTIVE),
    "CN-03": ("feed_mixing", WORKED), "CN-05": ("feeding", WORKED), "CN-06": ("treatment", WORKED),
    "CN-07": ("disinfection", WORKED), "CN-12": ("harvesting", ACTIVE), "CN-14": ("harvesting", ACTIVE),
    "TS-01": ("stocking", ACTIVE), "TS-02": ("pond_preparation", WORKED), "TS-04": ("feeding", WORKED),
    "TS-06": ("treatment", WORKED), "TS-07": ("water_measuring", WORKED), "TS-08": ("water_change", WORKED),
    "TS-10": ("growth_check", WORKED), "TS-11": ("harvesting", ACTIVE),
}  # fmt: skip
# event that makes other lots → (bizStep, disposition)
MADE: Final[Mapping[str, tuple[str, str]]] = {
    "split": ("commissioning", ACTIVE), "merge": ("commissioning", ACTIVE),
    "grade": ("commissioning", ACTIVE), "handle": ("other", ACTIVE), "pack": ("packing", "container_closed"),
}  # fmt: skip
# event on a lot that stays → (action, bizStep, disposition, whether the amount is told)
DONE: Final[Mapping[str, tuple[str, str, str, bool]]] = {
    "split": ("OBSERVE", "other", ACTIVE, True), "merge": ("OBSERVE", "other", ACTIVE, True),
    "grade": ("OBSERVE", "other", ACTIVE, True), "handle": ("OBSERVE", "other", WORKED, True),
    "pack": ("OBSERVE", "packing", "container_closed", True),
    "store": ("OBSERVE", "storing", "sellable_not_accessible", True),
    "ship": ("OBSERVE", "shipping", "in_transit", False),
    "return": ("OBSERVE", "receiving", "returned", False),
    "loss": ("DELETE", "#losing", "unavailable", True),
    "destroy": ("DELETE", "destroying", "destroyed", True),
}  # fmt: skip
RECALL: Final = ("OBSERVE", "holding", "recalled")
UOM: Final[Mapping[str, tuple[str, int]]] = {"g": ("KGM", 1000), "ml": ("LTR", 1000), "count": ("H87", 1)}
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "sowing": ("Giống, gieo trồng", "Seed and sowing"),
    "soil_treatment": ("Xử lý đất, nước", "Soil and water treatment"),
    "field_work": ("Việc đồng", "Field work"),
    "fertilising": ("Bón phân", "Fertilising"),
    "scouting": ("Thăm đồng", "Pest scouting"),
    "spraying": ("Phun thuốc", "Spraying"),
    "harvesting": ("Thu hoạch", "Harvesting"),
    "handling": ("Sơ chế, đóng gói", "Handling and packing"),
    "animals_in": ("Đưa giống về nuôi", "Animals brought in"),
    "feed_mixing": ("Phối trộn thức ăn", "Feed mixing"),
    "feeding": ("Cho ăn", "Feeding"),
    "treatment": ("Tiêm phòng, chữa bệnh", "Vaccination and treatment"),
    "disinfection": ("Khử trùng", "Disinfection"),
    "stocking": ("Thả giống", "Stocking"),
    "pond_preparation": ("Cải tạo ao", "Pond preparation"),
    "water_measuring": ("Đo nước ao", "Measuring pond water"),
    "water_change": ("Lấy nước, xả nước", "Water in and out"),
    "growth_check": ("Cân mẫu, xem sức lớn", "Growth check"),
    "losing": ("Hao hụt", "Loss"),
    "precision": ("Giờ biết đến đâu", "How exactly the time is known"),
    "farm": ("Mã hộ", "Code of the household"),
    "inputs": ("Vật tư đã dùng", "Inputs used"),
    "name": ("Tên", "Name"),
    "active": ("Hoạt chất", "Active ingredient"),
    "amount": ("Lượng dùng", "Amount used"),
    "waiting_days": ("Số ngày cách ly", "Days to wait"),
    "recorded_at": ("Lúc ghi", "When it was written down"),
    "late_days": ("Ghi muộn mấy ngày", "Days written late"),
    "amended": ("Có sửa sau khi ghi", "Changed after it was written"),
}
