"""What a serving process does with its memory once everything is loaded."""

import subprocess
import sys

ASK = """
import gc
from server import heap
heap.settle()
print(gc.get_freeze_count() > 1_000, gc.isenabled(), gc.get_threshold()[0])
"""


def test_what_lasts_is_not_searched_for_garbage_and_what_comes_later_is() -> None:
    """In a process of its own: this one must not keep what other tests leave behind."""
    asked = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    assert asked.stdout.split() == ["True", "True", "5000"]
