"""Pictures for the guides: a screen, with numbered rings around what is to be tapped, small as a file."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Locator, Page

from tests.guides.printing import FONTS, PICTURES

COLOURS: Final = 48
PHONE_PIXELS: Final = 540  # 45 mm in print at 300 dots an inch
DESK_PIXELS: Final = 1240  # as it is drawn: letters that are scaled take more colours, and bytes
INK, RING = (31, 36, 25), (233, 168, 32)


@dataclass
class Camera:
    """Keeps pictures in `folder`; `names` are those that it kept, in order."""

    folder: Path = PICTURES
    names: list[str] = field(default_factory=list)

    def keep(
        self,
        page: Page,
        name: str,
        *rings: Locator,
        tall: int = 0,
        around: Locator | None = None,
    ) -> None:
        """Keep what the window shows while it is `tall` px high; `around` is scrolled into the middle."""
        # The colour that a tap leaves for a moment belongs into no picture.
        page.evaluate("document.documentElement.style.webkitTapHighlightColor = 'transparent'")
        page.evaluate("document.fonts.ready.then(() => undefined)")
        before = page.viewport_size
        assert before is not None
        size = {"width": before["width"], "height": tall or before["height"]}
        page.set_viewport_size(size)  # type: ignore[arg-type]
        if around is not None:
            around.evaluate("one => one.scrollIntoView({ block: 'center' })")
        boxes = [ring.bounding_box() for ring in rings]
        for box in boxes:
            assert box is not None, f"{name}: a ring has no place"
            is_inside = -1 < box["y"] <= size["height"] + 1 - box["height"]
            assert is_inside, f"{name}: {box} is outside"
        raw = page.screenshot(animations="disabled", caret="hide")
        picture = Image.open(io.BytesIO(raw)).convert("RGB")
        wide = PHONE_PIXELS if size["width"] < 600 else DESK_PIXELS
        scale = wide / size["width"]
        picture = picture.resize((wide, round(size["height"] * scale)), Image.Resampling.LANCZOS)
        for number, box in enumerate(boxes, 1):
            assert box is not None
            x, y = box["x"] * scale, box["y"] * scale
            _ring(
                picture, (x, y, x + box["width"] * scale, y + box["height"] * scale), number, len(boxes) > 1
            )
        page.set_viewport_size(before)
        self.folder.mkdir(parents=True, exist_ok=True)
        few = picture.quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(self.folder / f"{name}.png", optimize=True)
        self.names.append(name)


def _ring(
    picture: Image.Image, box: tuple[float, float, float, float], number: int, is_numbered: bool
) -> None:
    """Draw a ring around `box`, and its number at the upper left corner."""
    draw = ImageDraw.Draw(picture)
    wide, tall = picture.size
    left, up, right, down = (
        max(box[0] - 6, 3),
        max(box[1] - 6, 3),
        min(box[2] + 6, wide - 4),
        min(box[3] + 6, tall - 4),
    )
    for grow, colour, width in ((2, INK, 10), (0, RING, 6)):
        edges = (left - grow, up - grow, right + grow, down + grow)
        draw.rounded_rectangle(edges, radius=18, outline=colour, width=width)
    if is_numbered:
        radius = 21 if wide == PHONE_PIXELS else 17
        x, y = max(left - 2, radius + 2), max(up, radius + 2)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=RING, outline=INK, width=3)
        font = ImageFont.truetype(str(FONTS / "NotoSans-Bold.ttf"), round(radius * 1.3))
        draw.text((x, y), str(number), fill=INK, font=font, anchor="mm")
