"""What a report says, in the official language: figures, what is missing, rules; as data of its template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from server.pages.console_show import date_text
from server.pages.console_words import say
from server.pages.indicator_views import rule_text, shown_of, size_text, target_text, tenths_text
from server.services.indicators.counting import Page
from server.services.indicators.reports import Paper, Sheet
from server.services.indicators.shape import UNKNOWN, Figure, summed, tenths_of
from sync.civil import parse_date

VI: Final = "vi"
HEADS: Final = ("TT", "Chỉ tiêu", "Kết quả", "Tử số / mẫu số", "Mốc", "So với mốc")
COMMUNE: Final = "Xã "


def report_said(
    page: Page, paper: Paper, today: str, organisation: str, *, is_made_up: bool
) -> dict[str, object]:
    """Return all that a report says. `is_made_up`: of a demo, which it says of itself."""
    year, month, day = parse_date(today)
    short = organisation.removeprefix(COMMUNE)
    counted = date_text(page.ask.day)
    return {
        "above": f"Ủy ban nhân dân xã {short}",
        "office": "Phòng Kinh tế",
        "number": paper.number,
        "place": f"{short}, ngày {day:02d} tháng {month:02d} năm {year}",
        "subject": f"Kết quả thực hiện bảy chỉ tiêu đổi mới sáng tạo trong nông nghiệp năm {page.ask.year}",
        "to": paper.to,
        "opening": (
            f"Thực hiện kế hoạch của Ủy ban nhân dân xã {short} giai đoạn 2026–2030, Phòng Kinh tế "
            f"báo cáo kết quả tính đến ngày {counted} như sau. Mỗi con số lấy từ sổ nhật ký điện tử "
            "và mở ra được danh sách của nó."
        ),
        "heads": list(HEADS),
        "rows": [_row(one) for one in page.figures],
        "missing": [
            f"Chỉ tiêu {one.number}: {say(VI, gap.key, n=gap.n, of=gap.of)}."
            for one in page.figures
            for gap in one.missing
        ]
        or [say(VI, "figure_no_missing")],
        "rules": [
            f"{one.number}. {rule_text(VI, one.number, page.params[one.number])}" for one in page.figures
        ],
        "closing": "Phòng Kinh tế trân trọng báo cáo./.",
        "recipients": ["– Như trên;", f"– TT. Đảng ủy, HĐND, UBND xã {short};", "– Lưu: VT, KT."],
        "title": paper.title,
        "signer": paper.signer,
        "foot": (
            ("SỐ LIỆU MẪU, KHÔNG CÓ THẬT. " if is_made_up else "")
            + f"Lập từ Sổ Nhà Nông, số liệu tính đến {counted}. "
            "Trình bày theo Nghị định 30/2020/NĐ-CP như còn nhớ, chưa đối chiếu văn bản."
        ),
    }


def report_sheets(page: Page) -> list[Sheet]:
    """Return the tables of a report's workbook: the figures, then each by village and by cooperative."""
    sheets: list[Sheet] = [("Chỉ tiêu", [list(HEADS), *(_row(one) for one in page.figures)])]
    groups = (("Theo thôn", page.villages, "village"), ("Theo HTX", page.organisations, "organisation"))
    for title, names, of in groups:
        head = ["TT", "Chỉ tiêu", "Nơi", "Tử số", "Mẫu số", "Tỷ lệ (%)"]
        sheets.append((title, [head, *(row for one in page.figures for row in _places(one, names, of))]))
    gaps = [["TT", "Còn thiếu"]]
    gaps += [
        [str(one.number), say(VI, gap.key, n=gap.n, of=gap.of)] for one in page.figures for gap in one.missing
    ]
    rules = [["TT", "Cách tính"]]
    rules += [[str(one), rule_text(VI, one, params)] for one, params in page.params.items()]
    return [*sheets, ("Còn thiếu", gaps), ("Cách tính", rules)]


def _places(figure: Figure, names: Mapping[str, str], of: str) -> list[list[str]]:
    found = summed(figure.tallies, lambda one: str(getattr(one, of)))
    title = say(VI, f"indicator_{figure.number}")
    return [
        [
            str(figure.number), title, names.get(key, "Không rõ"), str(one.counted), str(one.whole),
            tenths_text(VI, tenths_of(one.counted, one.whole)),
        ]
        for key, one in sorted(found.items(), key=lambda each: names.get(each[0], ""))
    ]  # fmt: skip


def _row(figure: Figure) -> list[str]:
    shown = shown_of(VI, figure)
    counted, whole = figure.pair
    sizes = [size_text(VI, figure.number, counted)]
    sizes += [] if whole is None else [size_text(VI, figure.number, whole)]
    unit = " ha" if figure.number == 5 else ""
    now = shown.number + (" %" if shown.is_share and figure.state != UNKNOWN else "")
    return [
        str(figure.number),
        say(VI, f"indicatorfull_{figure.number}"),
        say(VI, "state_unknown") if figure.state == UNKNOWN else now,
        " / ".join(sizes) + unit,
        target_text(VI, figure, figure.milestone),
        shown.state,
    ]
