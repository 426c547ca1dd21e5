"""Property tests run the same everywhere: fixed examples, no deadline (a busy machine is no fault)."""

from hypothesis import settings

settings.register_profile("fixed", derandomize=True, deadline=None, max_examples=120)
settings.load_profile("fixed")
