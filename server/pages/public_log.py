"""What the public log is, for anybody: `/nhat-ky/`. Usable without scripts, in both languages; no cookie."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from server.pages.console_show import time_text
from server.pages.trace import public_page
from server.services.published import log_state

blueprint = Blueprint("public_log", __name__, url_prefix="/nhat-ky")


@blueprint.get("/")
def show() -> Response:
    """Show the newest checkpoint, the witnesses, and what the log proves and does not."""
    state = log_state()
    return public_page(
        "log.html",
        200,
        state=state,
        drawn=("check", "x"),
        signed=time_text(state.signed_at) if state.signed_at else "",
        witnesses=[(name, "" if at is None else time_text(at)) for name, at in state.witnesses],
    )
