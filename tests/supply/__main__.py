"""`python -m tests.supply relock UV | facts UV | pages`, UV being the path of uv.

relock: new locks, and what changed; facts: what is known of each package, once it is installed, then the
pages; pages: the lists in docs/ anew from locks and facts.
"""

from __future__ import annotations

import sys

from tests.supply import bom, page, refresh


def main(arguments: list[str]) -> int:
    """Do what was asked; say what changed."""
    match arguments:
        case ["relock", uv]:
            print("\n".join(refresh.update(uv)) or "Nothing newer fits.")
            return 0
        case ["facts", uv]:
            refresh.refresh_facts(uv)
        case ["pages"]:
            pass
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    page.PAGE.write_text(page.filled(page.PAGE.read_text("utf-8")), "utf-8")
    bom.SBOM.write_text(bom.sbom(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
