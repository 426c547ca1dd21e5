"""What every app of a process has alike is compiled once: its routes, its pages, its statements.

Nearly every test has an app and a database of its own. Werkzeug, Jinja and SQLAlchemy keep what they compile
at the app or its engine; each test compiled all of it again, for a third of the time of the server's tests.
"""

from __future__ import annotations

from types import CodeType
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from werkzeug.routing import Rule

_compile_builder, _make_engine = Rule._compile_builder, SQLAlchemy._make_engine
_builders: dict[tuple[object, ...], Any] = {}


class Pages(BytecodeCache):
    """The pages by their name and what is in their file."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a page that some app compiled already."""
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a page."""
        assert bucket.code is not None
        self.kept[bucket.key, bucket.checksum] = bucket.code


class Statements(dict[Any, Any]):
    """The statements of all engines that speak one dialect: their keys begin with the engine's own."""

    def get(self, key: Any, default: Any = None) -> Any:
        """Return a statement that some engine compiled already."""
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key[1:], value)


_statements: dict[str, Statements] = {}


def compile_once() -> None:
    """Let every app that is made from here on share; a second call changes nothing."""
    Rule._compile_builder = _shared_builder  # type: ignore[method-assign]
    Flask.jinja_options = {"bytecode_cache": Pages()}
    SQLAlchemy._make_engine = _sharing_engine  # type: ignore[method-assign]


def _shared_builder(rule: Rule, append_unknown: bool = True) -> Any:
    """Return what builds a route's address; it takes the route as an argument and holds only its words."""
    if rule.defaults:  # they are written into the function
        return _compile_builder(rule, append_unknown)
    key = (rule.rule, append_unknown, *rule._trace)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


def _sharing_engine(self: SQLAlchemy, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:
    engine = _make_engine(self, bind_key, options, app)
    kept = _statements.setdefault(engine.dialect.name, Statements())
    engine.update_execution_options(compiled_cache=kept)
    return engine
