"""`make bench`: the numbers of DESIGN §5, each beside its goal and its floor of the same run."""

import warnings

warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")  # the embedded PostgreSQL's helper says so
