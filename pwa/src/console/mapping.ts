/** The map of production areas: moved by hand, enlarged by wheel, fingers or buttons; links work without it. */
import { all } from "./page.ts";

export interface View {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const STEP = 1.5;
const NEAREST = 60; // times; a plot of one sào then fills a third of the screen
const SLIP = 4; // pixels that a finger moves while it only taps

/** The part of `whole` that shows when `view` is enlarged `factor` times around a point of the drawing. */
export function zoomed(view: View, whole: View, factor: number, at: Point): View {
  const width = Math.min(whole.width, Math.max(whole.width / NEAREST, view.width / factor));
  const share = width / view.width;
  return kept(
    {
      x: at.x - (at.x - view.x) * share,
      y: at.y - (at.y - view.y) * share,
      width,
      height: (width * whole.height) / whole.width,
    },
    whole,
  );
}

/** A view that lies within the whole drawing. */
export function kept(view: View, whole: View): View {
  const x = Math.min(Math.max(view.x, whole.x), whole.x + whole.width - view.width);
  const y = Math.min(Math.max(view.y, whole.y), whole.y + whole.height - view.height);
  return { ...view, x, y };
}

/** Let the map of this page be moved and enlarged. */
export function landMap(): void {
  const map = document.querySelector<SVGSVGElement>("svg[data-map]");
  if (map === null) return;
  const { x, y, width, height } = map.viewBox.baseVal;
  const whole: View = { x, y, width, height };
  let view = whole;
  const show = (next: View): void => {
    view = next;
    map.setAttribute("viewBox", `${next.x} ${next.y} ${next.width} ${next.height}`);
    map.style.setProperty("--shrink", String(next.width / whole.width));
  };
  const placed = (event: { clientX: number; clientY: number }): Point => {
    const box = map.getBoundingClientRect();
    const scale = view.width / box.width;
    return { x: view.x + (event.clientX - box.left) * scale, y: view.y + (event.clientY - box.top) * scale };
  };
  map.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      show(zoomed(view, whole, event.deltaY < 0 ? STEP : 1 / STEP, placed(event)));
    },
    { passive: false },
  );
  drag(map, whole, () => view, show, placed);
  for (const button of all("[data-zoom]")) button.addEventListener("click", () => press(button.dataset.zoom));
  for (const tool of all("[data-tools]")) tool.hidden = false;

  function press(how: string | undefined): void {
    const middle = { x: view.x + view.width / 2, y: view.y + view.height / 2 };
    if (how === "whole") show(whole);
    else show(zoomed(view, whole, how === "in" ? STEP : 1 / STEP, middle));
  }
}

/** Move the map with one finger, enlarge it with two; a tap stays a tap on what lies there. */
function drag(
  map: SVGSVGElement,
  whole: View,
  view: () => View,
  show: (next: View) => void,
  placed: (event: { clientX: number; clientY: number }) => Point,
): void {
  const fingers = new Map<number, PointerEvent>();
  let moved = 0;
  map.addEventListener("pointerdown", (event) => {
    if (fingers.size === 0) moved = 0;
    fingers.set(event.pointerId, event);
  });
  map.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (before === undefined) return;
    moved += Math.abs(event.clientX - before.clientX) + Math.abs(event.clientY - before.clientY);
    const other = [...fingers.values()].find((each) => each.pointerId !== event.pointerId);
    if (other !== undefined)
      show(zoomed(view(), whole, apart(event, other) / apart(before, other), placed(other)));
    else if (moved > SLIP) {
      map.setPointerCapture(event.pointerId);
      const [from, to, now] = [placed(before), placed(event), view()];
      show(kept({ ...now, x: now.x + from.x - to.x, y: now.y + from.y - to.y }, whole));
    }
    fingers.set(event.pointerId, event);
  });
  const lift = (event: PointerEvent): void => {
    fingers.delete(event.pointerId);
  };
  for (const name of ["pointerup", "pointercancel"] as const) map.addEventListener(name, lift);
  map.addEventListener("dragstart", (event) => event.preventDefault());
  map.addEventListener(
    "click",
    (event) => {
      if (moved > SLIP) event.preventDefault();
    },
    true,
  );
}

function apart(first: PointerEvent, second: PointerEvent): number {
  return Math.max(1, Math.hypot(first.clientX - second.clientX, first.clientY - second.clientY));
}
