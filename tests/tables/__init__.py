"""Pages of `docs/` that are made of what the repository holds: `python -m tests.tables NAME` writes one."""
