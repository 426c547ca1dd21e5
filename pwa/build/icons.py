"""Draw the app's icons: an open book with a rice stem, in the colours of the tokens.

Run from the repository's root: `python pwa/build/icons.py`. Writes
pwa/public/icon{-192,-512,-maskable-512}.png;
the results are committed, because the build has no Python. Does not draw icon.svg, which holds the same
figure.
"""

from pathlib import Path

from PIL import Image, ImageDraw

PAPER, RICE, LEAF = "#FAF3E2", "#1D541F", "#D5E5AE"
SCALE = 4  # drawn larger and reduced: Pillow's lines have no smooth edges


def draw_icon(size: int, inset: float, rounded: bool) -> Image.Image:
    """Return the icon, `size` pixels a side; `inset` is the share kept free around the figure."""
    full = size * SCALE
    image = Image.new("RGBA", (full, full), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    radius = int(full * 0.22) if rounded else 0
    draw.rounded_rectangle((0, 0, full - 1, full - 1), radius=radius, fill=RICE)
    unit = full * (1 - 2 * inset) / 24
    edge = full * inset

    def at(x: float, y: float) -> tuple[float, float]:
        return edge + x * unit, edge + y * unit

    draw.rounded_rectangle((*at(4, 3), *at(20, 21)), radius=unit * 2, fill=PAPER)
    for y in (7, 12, 17):
        draw.line((*at(2.6, y), *at(6.4, y)), fill=LEAF, width=int(unit * 1.2))
        draw.line((*at(4, y), *at(6.4, y)), fill=RICE, width=int(unit * 1.2))
    stem = int(unit * 1.4)
    draw.line((*at(13, 18.5), *at(13, 8)), fill=RICE, width=stem)
    for y in (15.5, 11.5):
        draw.polygon([at(13, y), at(9, y - 1.4), at(8.6, y - 4), at(11.6, y - 3.2)], fill=RICE)
        draw.polygon([at(13, y), at(17, y - 1.4), at(17.4, y - 4), at(14.4, y - 3.2)], fill=RICE)
    draw.ellipse((*at(11.7, 4.8), *at(14.3, 9)), fill=RICE)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def main() -> None:
    """Write the three files."""
    public = Path(__file__).parents[1] / "public"
    for name, size, inset, rounded in [
        ("icon-192", 192, 0.1, True),
        ("icon-512", 512, 0.1, True),
        ("icon-maskable-512", 512, 0.2, False),
    ]:
        draw_icon(size, inset, rounded).save(public / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
