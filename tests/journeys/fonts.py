"""The letters that a browser of the tests draws: ours, so that every machine shows the same lines.

A phone has a font of its own kind; a desktop without any draws wider ones, on which nothing was designed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OURS = Path(__file__).parents[2] / "server" / "data" / "fonts"
# Behind ours the machine's own, for signs that ours lack. For `system-ui` Chromium names no family at all.
FILE = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
<dir>{ours}</dir>
<dir>/usr/share/fonts</dir>
<cachedir>{cache}</cachedir>
<match target="pattern">
<test name="family" qual="any"><string>sans-serif</string></test>
<edit name="family" mode="prepend" binding="strong"><string>Noto Sans</string></edit>
</match>
<match target="pattern">
<edit name="family" mode="append_last"><string>Noto Sans</string></edit>
</match>
<match target="font">
<edit name="rgba" mode="assign"><const>none</const></edit>
<edit name="hintstyle" mode="assign"><const>hintslight</const></edit>
</match>
</fontconfig>
"""


@contextmanager
def our_fonts() -> Iterator[None]:
    """Let browsers whose driver starts within draw our letters. Source: fonts.conf(5)."""
    before = os.environ.get("FONTCONFIG_FILE")
    with tempfile.TemporaryDirectory(prefix="so-nha-nong-fonts-") as folder:
        path = Path(folder) / "fonts.conf"
        path.write_text(FILE.format(ours=OURS, cache=folder), "utf-8")
        os.environ["FONTCONFIG_FILE"] = str(path)
        try:
            yield
        finally:
            if before is None:
                del os.environ["FONTCONFIG_FILE"]
            else:
                os.environ["FONTCONFIG_FILE"] = before
