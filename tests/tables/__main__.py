"""`python -m tests.tables faults`: write a page anew; without a name, all of them."""

from __future__ import annotations

import sys

from tests.tables import day, faults

PAGES = {"day": day, "faults": faults}


def main(names: list[str]) -> int:
    """Write the pages of these names, or all."""
    for name in names or PAGES:
        if name not in PAGES:
            print(f"no such page: {name}; there are {', '.join(PAGES)}", file=sys.stderr)
            return 2
        page = PAGES[name]
        page.PAGE.parent.mkdir(exist_ok=True)
        page.PAGE.write_text(page.render(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
