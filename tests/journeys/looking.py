"""What a look at a screen finds: axe's rules, words that are cut off, targets too small for a thumb."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page

from tests.journeys.house import ROOT
from tests.journeys.phone import SIZE

AXE = ROOT / "pwa/node_modules/axe-core/axe.min.js"
TOUCH = 56  # LOOK.md: tokens, touch
# A day of the calendar: seven side by side are what 360 px allow (51 px), at full height.
NARROW = ".cell"
NARROW_MIN = 48
PICTURE_BYTES_MAX = 60_000

CLIPPED = """
() => {
  const found = [];
  const wide = document.documentElement.clientWidth;  // innerWidth grows with what hangs over
  const scrolls = (one) => ['auto', 'scroll'].includes(getComputedStyle(one).overflowX);
  for (const one of document.querySelectorAll('#app *, .sheet *, .toast *')) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
    if (!own || one.closest('.unseen, svg') || one.offsetParent === null) continue;
    let clips = one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline';
    const box = one.getBoundingClientRect();
    const inside = one.closest('.seg.units');
    if (inside !== null && scrolls(inside)) continue;
    if (box.left < -1 || box.right > wide + 1) clips = true;
    if (clips) found.push(`${one.className || one.tagName}: ${one.textContent.trim().slice(0, 60)}`);
  }
  if (document.documentElement.scrollWidth > wide) found.push('the page scrolls sideways');
  return found;
}
"""

SMALL = """
([least, narrow, narrowLeast]) => {
  const found = [];
  const sheet = document.querySelector('.sheet');
  const place = sheet ?? document;
  for (const one of place.querySelectorAll('button, a[href], input, textarea, [role=radio], [role=switch]')) {
    const box = (one.closest('label') ?? one).getBoundingClientRect();
    if (box.width === 0 || one.closest('.unseen') || getComputedStyle(one).visibility === 'hidden') continue;
    if (one.classList.contains('unseen') || one.closest('[aria-hidden=true]')) continue;
    const wide = one.matches(narrow) ? narrowLeast : least;
    if (box.width < wide - 0.5 || box.height < least - 0.5)
      found.push(`${one.className || one.tagName} ${Math.round(box.width)}x${Math.round(box.height)}: ` +
        (one.textContent || one.getAttribute('aria-label') || '').trim().slice(0, 40));
  }
  return found;
}
"""

RUN_AXE = """
async () => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'] });
  return violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)}`));
}
"""

# What lies behind an open sheet is not looked at.
TALL = """
() => Math.max(640, (document.querySelector('.sheet') ?? document.getElementById('app')).scrollHeight)
"""


def faults_of(page: Page) -> list[str]:
    """Return what is wrong with the screen that is shown, in words."""
    if not page.evaluate("typeof window.axe === 'object'"):
        # Through the browser, not through a tag: the page's policy allows no foreign script.
        page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": AXE.read_text("utf-8")})
    found: list[str] = [f"axe {one}" for one in page.evaluate(RUN_AXE)]
    found += [f"cut off: {one}" for one in page.evaluate(CLIPPED)]
    found += [f"small: {one}" for one in page.evaluate(SMALL, [TOUCH, NARROW, NARROW_MIN])]
    return found


def photograph(page: Page, path: Path) -> None:
    """Keep the screen as a small picture of 360 px, as long as what is on it."""
    tall: Any = page.evaluate(TALL)
    page.set_viewport_size({"width": SIZE["width"], "height": min(int(tall), 2400)})
    raw = path.with_suffix(".raw.png")
    page.screenshot(path=raw, scale="css", animations="disabled")
    page.set_viewport_size({"width": SIZE["width"], "height": SIZE["height"]})
    with Image.open(raw) as picture:
        for colours in (64, 8, 4):  # a very long page of text is readable in few
            picture.convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
            if path.stat().st_size <= PICTURE_BYTES_MAX:
                break
    raw.unlink()
    assert path.stat().st_size <= PICTURE_BYTES_MAX, path
