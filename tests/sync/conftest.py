"""Property tests run the same everywhere: fixed examples, no deadline (a busy machine is no fault).

With `TIMES=20` (`make check-long`) they are so many times as many, and other ones each time; a failure prints
how to see it again.
"""

import os

from hypothesis import settings

TIMES = int(os.environ.get("TIMES", "1"))
EXAMPLES = 120

settings.register_profile("fixed", derandomize=True, deadline=None, max_examples=EXAMPLES)
settings.register_profile("long", deadline=None, max_examples=EXAMPLES * TIMES, print_blob=True)
settings.load_profile("fixed" if TIMES == 1 else "long")
