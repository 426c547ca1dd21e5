"""`flask news fetch`: ask the sources of weather and prices that are set, once."""

from __future__ import annotations

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from server.config import now_ms
from server.services.sources.fetching import fetch_all
from server.store.outward import Line

group = AppGroup("news", help="Weather and prices from the sources of WEATHER_URL and PRICES_URL.")


@group.command("fetch")
def fetch() -> None:
    """Fetch once; run it every morning. A forecast becomes a draft, prices go into the table."""
    done = fetch_all(current_app.extensions.get("news_line") or Line(), now_ms())
    if not done:
        click.echo("Chưa đặt nguồn nào. / No source is set: WEATHER_URL, PRICES_URL.")
    for name, problem in done.items():
        click.echo(f"{name}: {problem or 'xong / done'}")


def register(app: Flask) -> None:
    """Add the commands to `app`."""
    app.cli.add_command(group)
