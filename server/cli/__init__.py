"""The operator's commands: `flask --app wsgi <command>`. Each module here has `register(app)`."""

from __future__ import annotations

from copy import copy
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import click
from flask import Flask

from server.cli import readonly
from server.db import ReadOnly
from server.services import schema_guard
from server.services.schema_guard import WrongSchema

# What must run whatever the schema is: they look at it, or mend it.
ON_ANY_SCHEMA = frozenset({"db", "doctor", "restore", "upgrade", "verify"})


def register(app: Flask) -> None:
    """Add every command of this package to `app`, each refused where it can't do its work now."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}").register(app)
    for name, command in list(app.cli.commands.items()):
        if name not in ON_ANY_SCHEMA:
            app.cli.commands[name] = _guarded(command)


def _guarded(command: click.Command) -> click.Command:
    """Return a copy of a command (the same one serves several apps) that says in words why it can't work."""
    made = copy(command)

    def invoke(context: click.Context) -> Any:
        try:
            schema_guard.check()
            schema_guard.check_whole()
            return command.invoke(context)
        except WrongSchema as error:
            raise click.ClickException(str(error)) from error
        except ReadOnly as error:
            raise click.ClickException(readonly.is_on()) from error

    made.invoke = invoke  # type: ignore[method-assign, assignment]
    return made
