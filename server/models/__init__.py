"""The tables. Importing this package imports every module in it, so that the schema is whole."""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
