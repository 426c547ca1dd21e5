"""Photos of the demo, drawn: fields, ponds, pens, labels. The same bytes for the same seed.

They look like little drawings on purpose: nobody should take them for evidence.
"""

from __future__ import annotations

import io
import math
import random
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIZE: Final = (960, 720)
BYTES_MAX: Final = 60_000
WIDTH, HEIGHT = SIZE
Colour = tuple[int, int, int]
Canvas = ImageDraw.ImageDraw
SKY: Final[Colour] = (196, 219, 232)
EARTH: Final[Colour] = (139, 109, 76)
WATER: Final[Colour] = (96, 140, 143)
GREEN: Final[Colour] = (104, 142, 62)
STRAW: Final[Colour] = (214, 178, 94)
WOOD: Final[Colour] = (122, 90, 62)


def draw(scene: str, seed: int, text: str = "") -> bytes:
    """Return a JPEG of at most 60 kB of a scene of `SCENES`; `text` stands on labels and papers."""
    rng = random.Random(f"{scene} {seed}")  # noqa: S311 (a drawing, not a secret)
    image = Image.new("RGB", SIZE, SKY)
    SCENES[scene](ImageDraw.Draw(image), rng, _plain(text))
    image = image.filter(ImageFilter.GaussianBlur(0.8))
    for quality in (78, 60, 45, 30):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= BYTES_MAX:
            break
    return out.getvalue()


def _plain(text: str) -> str:
    """Return a text without its marks: Pillow's own font has no Vietnamese letters."""
    bare = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def _shade(colour: Colour, rng: random.Random, most: int = 22) -> Colour:
    by = rng.randint(-most, most)
    red, green, blue = (min(255, max(0, part + by)) for part in colour)
    return (red, green, blue)


def _ground(to: Canvas, rng: random.Random, colour: Colour, top: int = 300) -> None:
    """Fill everything below the horizon, darker towards the eye, with trees far off."""
    for x in range(0, WIDTH, 46):
        high = rng.randint(18, 60)
        to.ellipse((x - 34, top - high, x + 44, top + 30), fill=_shade((86, 118, 84), rng, 12))
    for y in range(top, HEIGHT, 12):
        fade = (y - top) / (HEIGHT - top) * 34
        red, green, blue = (int(part - fade) for part in colour)
        to.rectangle((0, y, WIDTH, y + 12), fill=_shade((red, green, blue), rng, 5))


def _field(to: Canvas, rng: random.Random, _text: str) -> None:
    _ground(to, rng, (126, 148, 84))
    for row in range(16):
        y = 318 + row * row * 1.62
        step = 12 + row * 3
        for x in range(int(-step * rng.random()), WIDTH, step):
            high = 10 + row * 4
            lean = rng.randint(-6, 6)
            to.line((x, y, x + lean, y - high), fill=_shade(GREEN, rng), width=2 + row // 4)


def _storm(to: Canvas, rng: random.Random, text: str) -> None:
    to.rectangle((0, 0, WIDTH, 300), fill=(132, 142, 152))
    _field(to, rng, text)
    for _ in range(210):
        x, y = rng.randrange(WIDTH), rng.randrange(HEIGHT)
        to.line((x, y, x - 12, y + 34), fill=(206, 214, 220), width=2)
    for _ in range(90):
        x, y = rng.randrange(WIDTH), rng.randrange(430, HEIGHT)
        to.line((x, y, x + rng.randint(40, 90), y + 8), fill=_shade(STRAW, rng), width=4)


def _garden(to: Canvas, rng: random.Random, _text: str) -> None:
    _ground(to, rng, EARTH)
    for bed in range(4):
        y = 340 + bed * 96
        to.rectangle((0, y, WIDTH, y + 62), fill=_shade((112, 84, 58), rng, 8))
        for x in range(20, WIDTH, 74 + bed * 8):
            size = 24 + bed * 6
            for leaf in range(7):
                angle = leaf * math.tau / 7
                cx, cy = x + math.cos(angle) * size * 0.6, y + 24 + math.sin(angle) * size * 0.35
                box = (cx - size / 2, cy - size / 3, cx + size / 2, cy + size / 3)
                to.ellipse(box, fill=_shade((108, 156, 82), rng))


def _greenhouse(to: Canvas, rng: random.Random, _text: str) -> None:
    _ground(to, rng, EARTH, 420)
    for arch in range(6):
        left = 40 + arch * 60
        to.arc((left, 60 + arch * 20, WIDTH - left, 900), 180, 360, fill=(232, 236, 236), width=8 - arch)
    for line in range(6):
        x = 150 + line * 130
        to.line((x, 130, x, 620), fill=(240, 240, 230), width=3)
        for y in range(180, 620, 46):
            to.ellipse((x - 26, y - 14, x + 26, y + 20), fill=_shade((92, 138, 70), rng))
        to.ellipse((x - 24, 470, x + 24, 522), fill=_shade((206, 198, 120), rng))


def _leaf(to: Canvas, rng: random.Random, _text: str) -> None:
    to.rectangle((0, 0, WIDTH, HEIGHT), fill=(92, 116, 70))
    for _ in range(5):
        x, y = rng.randrange(80, 800), rng.randrange(60, 560)
        length, lean = rng.randint(260, 420), rng.randint(-90, 90)
        points = [
            (x, y),
            (x + lean + 60, y + length / 2),
            (x + lean, y + length),
            (x + lean - 70, y + length / 2),
        ]
        to.polygon(points, fill=_shade((128, 164, 84), rng))
        to.line((x, y, x + lean, y + length), fill=(176, 196, 130), width=5)
        for _ in range(6):
            sx, sy = x + lean / 2 + rng.randint(-40, 40), y + rng.randint(40, length - 40)
            to.ellipse((sx - 12, sy - 5, sx + 12, sy + 5), fill=_shade((150, 104, 54), rng))


def _pond(to: Canvas, rng: random.Random, _text: str) -> None:
    _ground(to, rng, EARTH, 240)
    to.polygon([(90, 330), (870, 330), (WIDTH + 60, HEIGHT), (-60, HEIGHT)], fill=WATER)
    for _ in range(120):
        x, y = rng.randrange(WIDTH), rng.randrange(350, HEIGHT)
        to.line((x, y, x + rng.randint(20, 70), y), fill=_shade((128, 168, 168), rng), width=2)
    for wheel in range(2):
        x, y = 300 + wheel * 330, 430 + wheel * 60
        to.line((x - 70, y, x + 70, y), fill=(60, 60, 60), width=6)
        for paddle in range(-2, 3):
            to.ellipse((x + paddle * 30 - 14, y - 22, x + paddle * 30 + 14, y + 14), fill=(232, 232, 228))


def _dry_pond(to: Canvas, rng: random.Random, _text: str) -> None:
    _ground(to, rng, (156, 132, 100), 240)
    to.polygon([(110, 330), (850, 330), (WIDTH + 40, HEIGHT), (-40, HEIGHT)], fill=(128, 108, 84))
    for _ in range(200):
        x, y = rng.randrange(WIDTH), rng.randrange(350, HEIGHT)
        to.ellipse((x, y, x + rng.randint(6, 22), y + 5), fill=_shade((236, 232, 222), rng, 10))


def _pen(to: Canvas, rng: random.Random, _text: str) -> None:
    to.rectangle((0, 0, WIDTH, 330), fill=(186, 176, 160))
    to.rectangle((0, 330, WIDTH, HEIGHT), fill=(166, 158, 148))
    for _ in range(6):
        x, y = rng.randrange(40, 760), rng.randrange(360, 560)
        pink = _shade((224, 170, 160), rng, 14)
        to.ellipse((x, y, x + 170, y + 90), fill=pink)
        to.ellipse((x + 130, y + 6, x + 210, y + 72), fill=pink)
        to.ellipse((x + 186, y + 30, x + 216, y + 56), fill=(206, 140, 134))
        for leg in (24, 60, 108, 140):
            to.rectangle((x + leg, y + 76, x + leg + 14, y + 116), fill=pink)
    for x in range(0, WIDTH, 60):
        to.rectangle((x, 560, x + 10, HEIGHT), fill=WOOD)
    to.rectangle((0, 580, WIDTH, 598), fill=WOOD)


def _chickens(to: Canvas, rng: random.Random, _text: str) -> None:
    _ground(to, rng, (170, 140, 100))
    for _ in range(22):
        x, y = rng.randrange(30, 880), rng.randrange(340, 640)
        colour = _shade(rng.choice(((168, 92, 44), (206, 154, 82), (70, 56, 48))), rng)
        to.ellipse((x, y, x + 66, y + 44), fill=colour)
        to.ellipse((x + 48, y - 18, x + 76, y + 12), fill=colour)
        to.polygon([(x + 74, y - 6), (x + 88, y), (x + 74, y + 4)], fill=(232, 178, 60))
        to.ellipse((x + 56, y - 26, x + 70, y - 14), fill=(190, 48, 40))
        to.line((x + 30, y + 42, x + 30, y + 60), fill=(220, 170, 80), width=4)


def _heap(to: Canvas, rng: random.Random, colour: Colour, size: tuple[int, int]) -> None:
    to.rectangle((0, 0, WIDTH, HEIGHT), fill=(196, 186, 170))
    for _ in range(900):
        x = min(WIDTH - 40, max(40, int(rng.gauss(480, 190))))
        high = 250 * math.exp(-(((x - 480) / 260) ** 2))
        y = 620 - rng.random() * high
        to.ellipse((x, y, x + size[0], y + size[1]), fill=_shade(colour, rng))


def _rice_heap(to: Canvas, rng: random.Random, _text: str) -> None:
    _heap(to, rng, STRAW, (22, 11))


def _basket(to: Canvas, rng: random.Random, text: str) -> None:
    colour = (196, 190, 110) if "Dua" in text else (142, 186, 110)
    to.rectangle((0, 0, WIDTH, HEIGHT), fill=(178, 160, 138))
    for row in range(4):
        for column in range(6):
            x, y = 190 + column * 96 + rng.randint(-10, 10), 180 + row * 80 + rng.randint(-8, 8)
            to.ellipse((x, y, x + 112, y + 96), fill=_shade(colour, rng), outline=(96, 124, 76), width=3)
    to.polygon([(140, 470), (820, 470), (760, 660), (200, 660)], fill=WOOD)
    for x in range(180, 800, 40):
        to.line((x, 474, 200 + (x - 140) * 0.82, 656), fill=(154, 120, 86), width=6)


def _eggs(to: Canvas, rng: random.Random, _text: str) -> None:
    to.rectangle((0, 0, WIDTH, HEIGHT), fill=(168, 158, 146))
    for row in range(5):
        for column in range(6):
            x, y = 110 + column * 126, 60 + row * 126
            to.rectangle((x - 6, y - 6, x + 112, y + 112), fill=(146, 134, 122))
            to.ellipse((x + 14, y + 4, x + 92, y + 102), fill=_shade((232, 206, 172), rng, 12))


def _shrimp(to: Canvas, rng: random.Random, _text: str) -> None:
    to.rectangle((0, 0, WIDTH, HEIGHT), fill=(84, 118, 136))
    for _ in range(60):
        x, y = rng.randrange(40, 820), rng.randrange(40, 620)
        start = rng.randrange(360)
        to.arc((x, y, x + 96, y + 70), start, start + 190, fill=_shade((206, 176, 160), rng), width=18)


def _fish(to: Canvas, rng: random.Random, _text: str) -> None:
    to.rectangle((0, 0, WIDTH, HEIGHT), fill=(150, 160, 166))
    for _ in range(18):
        x, y = rng.randrange(20, 720), rng.randrange(30, 620)
        grey = _shade((120, 132, 138), rng)
        to.ellipse((x, y, x + 180, y + 76), fill=grey)
        to.polygon([(x + 166, y + 38), (x + 224, y + 4), (x + 224, y + 72)], fill=grey)
        to.ellipse((x + 22, y + 22, x + 34, y + 34), fill=(20, 20, 20))


def _lime_pit(to: Canvas, rng: random.Random, text: str) -> None:
    _dry_pond(to, rng, text)
    to.ellipse((330, 430, 640, 600), fill=(94, 74, 56))
    for _ in range(160):
        x, y = rng.randrange(350, 620), rng.randrange(450, 580)
        to.ellipse((x, y, x + 12, y + 8), fill=_shade((240, 238, 230), rng, 8))


def _label(to: Canvas, rng: random.Random, text: str) -> None:
    """A bag on a floor: a name, a band of colour, lines that say nothing."""
    to.rectangle((0, 0, WIDTH, HEIGHT), fill=(150, 136, 120))
    bag = _shade((236, 230, 214), rng, 8)
    to.rounded_rectangle((170, 40, 790, 690), 30, fill=bag)
    band = rng.choice(((58, 120, 70), (40, 96, 150), (196, 150, 40)))
    to.rectangle((170, 120, 790, 250), fill=band)
    to.text((480, 185), text, fill="white", font=_font(min(64, 980 // max(8, len(text)))), anchor="mm")
    to.text((480, 290), "NHAN VE MAU", fill=(80, 72, 60), font=_font(34), anchor="mm")
    for line in range(8):
        y = 350 + line * 36
        to.rectangle((220, y, 220 + rng.randint(280, 510), y + 12), fill=(176, 168, 152))
    to.rectangle((170, 640, 790, 666), fill=(70, 140, 80))


def _paper(to: Canvas, rng: random.Random, text: str) -> None:
    to.rectangle((0, 0, WIDTH, HEIGHT), fill=(122, 92, 66))
    to.polygon([(150, 40), (820, 60), (800, 700), (130, 680)], fill=(246, 244, 236))
    to.text((480, 130), text, fill=(60, 60, 60), font=_font(40), anchor="mm")
    to.text((480, 186), "(giay ve mau)", fill=(120, 120, 120), font=_font(26), anchor="mm")
    for line in range(11):
        y = 240 + line * 34
        to.line((210, y, 210 + rng.randint(300, 540), y + 4), fill=(150, 150, 148), width=6)
    to.ellipse((600, 560, 720, 670), outline=(188, 52, 44), width=6)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return Pillow's own font: the same on every machine."""
    return ImageFont.load_default(size)


SCENES: Final[Mapping[str, Callable[[Canvas, random.Random, str], None]]] = {
    "field": _field, "storm": _storm, "garden": _garden, "greenhouse": _greenhouse, "leaf": _leaf,
    "pond": _pond, "dry_pond": _dry_pond, "pen": _pen, "chickens": _chickens, "rice_heap": _rice_heap,
    "basket": _basket, "eggs": _eggs, "shrimp": _shrimp, "fish": _fish, "lime_pit": _lime_pit,
    "label": _label, "paper": _paper,
}  # fmt: skip
