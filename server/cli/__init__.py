"""The operator's commands: `flask --app wsgi <command>`. Each module here has `register(app)`."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from flask import Flask


def register(app: Flask) -> None:
    """Add every command of this package to `app`."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}").register(app)
