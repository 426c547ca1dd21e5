"""What holds for every test: garbage is looked for seldom, and never among what was loaded before."""

from __future__ import annotations

import gc

SELDOM = (20_000, 20, 20)  # our choice; an app a test makes Python's own look cost a fifth of all time


def pytest_collection_finish() -> None:
    """Set aside what stays to the end: the modules and the tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)
