"""`python -m tests.supply pages`: the lists in docs/ anew from the locks. `… update UV`: new locks first."""

from __future__ import annotations

import sys

from tests.supply import bom, page, refresh


def main(arguments: list[str]) -> int:
    """Do what was asked; say what changed."""
    if arguments[:1] == ["update"] and len(arguments) == 2:
        changed = refresh.update(arguments[1])
        print("\n".join(changed) or "Nothing newer fits.")
    elif arguments != ["pages"]:
        print(__doc__, file=sys.stderr)
        return 2
    page.PAGE.write_text(page.filled(page.PAGE.read_text("utf-8")), "utf-8")
    bom.SBOM.write_text(bom.sbom(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
