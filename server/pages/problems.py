"""/problems/<slug>: what a problem means and what to do, for the person who follows its `type`."""

from __future__ import annotations

from flask import Blueprint, render_template

from server.errors import ServiceError
from server.problems import CATALOGUE, NEXT_STEPS

blueprint = Blueprint("problems", __name__)


@blueprint.get("/problems/")
def listing() -> str:
    """Show every problem."""
    return render_template("problems.html", problems=CATALOGUE.values(), steps=NEXT_STEPS)


@blueprint.get("/problems/<slug>")
def one(slug: str) -> str:
    """Show one problem, in Vietnamese first."""
    problem = CATALOGUE.get(slug)
    if problem is None:
        raise ServiceError("not_found")
    return render_template("problems.html", problems=[problem], steps=NEXT_STEPS)
