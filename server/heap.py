"""The memory of a serving process: what stands as long as it runs is no longer searched for garbage.

Modules, tables, forms and routes are some 250,000 objects that are never freed. Python would go through all
of them again and again while requests are answered: a sixth of the time that folding takes.
"""

from __future__ import annotations

import gc
from typing import Final

YOUNG_MAX: Final = 5_000  # our choice: new objects before the youngest are searched; Python's own is 700


def settle() -> None:
    """Take all that is in memory now for lasting. Called once, when everything is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_MAX, *gc.get_threshold()[1:])
