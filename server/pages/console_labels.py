"""The page of a lot's labels: `/htx/lo/<lot>/tem`, and its PDFs. A run is signed by the browser's own key."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import Response, request

from server.config import current_settings, now_ms
from server.pages.console_frame import make_pages, page_language, show, staff_page
from server.pages.console_show import amount_text
from server.pages.console_words import say
from server.pages.trace_views import day_text, span_of
from server.services import console_labels
from server.services.console import Staff, check_uuid
from server.services.console_reach import NotDone
from server.services.fact_values import text_in
from server.services.label_print import SIZES, Text, print_labels
from sync.civil import ms_to_date
from sync.codes import show_code
from sync.lots.labels import COUNT_MAX
from sync.values import Json

blueprint = make_pages("console_labels")
PLACE = "lots"


@blueprint.get("/lo/<uuid>/tem")
def labels(uuid: str) -> Response:
    """Show a lot's print runs, and the form of a new one."""
    staff = staff_page(PLACE)
    return _shown(uuid, staff, 200)


@blueprint.get("/lo/<uuid>/tem/<label>.pdf")
def label_file(uuid: str, label: str) -> Response:
    """Give labels of a run as PDF."""
    staff = staff_page(PLACE)
    first, last, skip = (_number(name) for name in ("tu", "den", "bo"))
    try:
        drawn = console_labels.run_of(staff, check_uuid(uuid), check_uuid(label), first, last or COUNT_MAX)
        pdf = print_labels(
            drawn.size, label_text(drawn.facts, drawn.code, drawn.net), drawn.labels, now_ms(), skip
        )
    except NotDone as wrong:
        return _shown(uuid, staff, 409, wrong)
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="tem-{drawn.code}-{drawn.first}.pdf"'
    return answer


def label_text(facts: Mapping[str, Json], code: str, net: Mapping[str, Json] | None) -> Text:
    """Return what a buyer reads on a label without the code, the most needed first. Labels are Vietnamese."""
    harvested = facts.get("harvested")
    taken = span_of([text_in(harvested, "from"), text_in(harvested, "to")], "vi")
    expires = day_text(text_in(facts, "expires_on"))
    amount, unit = text_in(net, "amount"), text_in(net, "unit")
    lines = [
        say("vi", "label_taken", day=taken) if taken else "",
        say("vi", "label_expires", day=expires) if expires else "",
        say("vi", "label_net", net=amount_text(amount, unit, "vi")) if amount and unit else "",
        text_in(facts, "producer", "name"),
        urlsplit(current_settings().public_url).hostname or "",
    ]
    return Text(text_in(facts, "product", "name_vi"), show_code(code), tuple(one for one in lines if one))


def _shown(uuid: str, staff: Staff, status: int, wrong: NotDone | None = None) -> Response:
    language = page_language()
    page = console_labels.labels_of(staff, check_uuid(uuid))
    return show(
        "lot_labels.html",
        staff,
        place=PLACE,
        status=status,
        page=page,
        pack_net=text_in(page.pack_size, "amount").replace(".", ","),
        pack_unit=text_in(page.pack_size, "unit"),
        uuid=uuid,
        wrong=wrong,
        sizes=SIZES,
        sheet_name=lambda code: SIZES[code].name[language] if code in SIZES else code,
        net_text=lambda net: (
            amount_text(text_in(net, "amount"), text_in(net, "unit"), language) if net else ""
        ),
        code=show_code,
        count_max=COUNT_MAX,
        today=ms_to_date(now_ms()),
    )


def _number(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
