"""The printed guides, for anybody: `/huong-dan/` lists them, `/huong-dan/<name>.pdf` gives one. No cookie.

They are made by `make guides` and lie in `docs/guides`; they are in Vietnamese alone, and the list says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Blueprint, Response, current_app, redirect, send_file
from werkzeug.wrappers import Response as AnyResponse

from server.errors import ServiceError
from server.pages.trace import friendly, public_page

blueprint = Blueprint("guides", __name__)
# For whom each is, in the order of the list: the name of the file, and of its words (`gd_…`).
GUIDES: Final = {
    "nong-dan": "farmer",
    "to-cong-nghe": "team",
    "nguoi-duyet": "reviewer",
    "van-hanh": "operator",
}
SECONDS: Final = 3600


@blueprint.get("/huong-dan/")
def guides() -> AnyResponse:
    """List the guides that are there, with what each is good for and how large its file is."""
    found = [
        (name, word, _path(name).stat().st_size) for name, word in GUIDES.items() if _path(name).is_file()
    ]
    return public_page("guides.html", 200, found=found, drawn=("document",))


@blueprint.get("/huong-dan")
def guides_address() -> AnyResponse:
    """Lead to the list."""
    return redirect("/huong-dan/", 308)


@blueprint.get("/huong-dan/<name>.pdf")
@friendly
def guide(name: str) -> Response:
    """Give one guide, to be read or printed. Raises: ServiceError not_found."""
    if name not in GUIDES or not _path(name).is_file():
        raise ServiceError("not_found")
    answer = send_file(_path(name), mimetype="application/pdf", conditional=True, etag=True)
    answer.headers["Cache-Control"] = f"public, max-age={SECONDS}"
    answer.headers["Content-Language"] = "vi"
    return answer


def _path(name: str) -> Path:
    return Path(current_app.root_path).parent / "docs" / "guides" / f"{name}.pdf"
