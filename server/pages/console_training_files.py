"""What is printed of a session, in Vietnamese: certificates, one a page, and the sheet of who came."""

from __future__ import annotations

import hashlib

from server.pages.console_show import date_text, time_text
from server.pages.console_words import say
from server.services.training_people import Guest, SessionPage
from server.services.typesetting import typeset
from sync.codes import CODE_LENGTH, new_code, show_code


def certificates(page: SessionPage, guests: tuple[Guest, ...], made_at: int) -> bytes:
    """Return the PDF of certificates: one for each person who is known, else for the household."""
    row = page.line.row
    year, month, day = row.happened_on.split("-")
    data = {
        "title": f"Giấy chứng nhận – {row.topic}",
        **_head(page),
        "topic": row.topic,
        "kind": say("vi", f"training_kind_{row.kind}"),
        "time": _time(page),
        "place": _place(page),
        "signed_at": f"Ngày {int(day)} tháng {int(month)} năm {year}",
        "kept": say("vi", "training_paper_kept", at=time_text(made_at)),
        "guests": [one for guest in guests for one in _papers(page, guest)],
    }
    return typeset("certificate", "certificate", data, made_at)


def sheet(page: SessionPage, made_at: int) -> bytes:
    """Return the PDF of who came."""
    row, came = page.line.row, page.line.came
    count = f"{came.people} người, {len(came.households)} hộ, {len(came.organisations)} hợp tác xã"
    facts = [
        ("Nội dung", row.topic),
        ("Lĩnh vực", say("vi", f"training_kind_{row.kind}")),
        ("Thời gian", _time(page)),
        ("Địa điểm", _place(page) or "chưa ghi"),
        ("Số người dự", count),
    ]
    data = {
        "title": f"Danh sách tập huấn – {row.topic}",
        **_head(page),
        "facts": facts,
        "guests": [
            {
                "name": one.name,
                "people": ", ".join(one.names),
                "village": one.village,
                "how": say("vi", f"training_how_{one.how or 'list'}"),
            }
            for one in page.guests
        ],
        "hidden": say("vi", "training_hidden", n=page.hidden) if page.hidden else "",
        "kept": say("vi", "training_paper_kept", at=time_text(made_at)),
    }
    return typeset("attendance_sheet", "sheet", data, made_at)


def _head(page: SessionPage) -> dict[str, str]:
    held_by = say("vi", f"training_by_{page.line.row.held_by}")
    return {"organisation": page.line.organisation.upper(), "holder": page.line.team or held_by}


def _time(page: SessionPage) -> str:
    row = page.line.row
    hours = " – ".join(one for one in (row.starts_at, row.ends_at) if one)
    return f"{hours + ', ' if hours else ''}ngày {date_text(row.happened_on)}"


def _place(page: SessionPage) -> str:
    return ", ".join(one for one in (page.line.row.place, page.line.village) if one)


def _papers(page: SessionPage, guest: Guest) -> list[dict[str, str]]:
    """Return one paper a person, or one for the household where nobody of it is known."""
    home = ", ".join(one for one in (guest.name if guest.names else "", guest.village) if one)
    return [
        {"name": name, "under": home, "number": _number(page.line.row.id, guest.of, name)}
        for name in guest.names or (guest.name,)
    ]


def _number(training: str, of: str, name: str) -> str:
    """Return a number by which a paper is told from others: the same each time it is printed."""
    told = hashlib.sha256(f"{training}\n{of}\n{name}".encode()).digest()
    return show_code(new_code(told[:5])[:CODE_LENGTH])
