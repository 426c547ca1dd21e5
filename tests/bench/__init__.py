"""`make bench`: the numbers of DESIGN §5, each beside its goal and its floor of the same run."""
