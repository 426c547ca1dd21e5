/**
 * A small router over the hash: `#/nhat-ky` is a place, `#i=…` (an invitation) is none.
 *
 * Scroll positions are kept for each step of the history. Overlays (keypad, camera, sheets) are steps too, so the
 * phone's back button closes them and leaves the screen below alone. It never asks before leaving: what is typed
 * is a draft already.
 */
import { signal } from "@preact/signals";

export interface Place {
  /** First part of the path; "" is home. */
  name: string;
  /** The rest, decoded. */
  parts: readonly string[];
  query: Readonly<Record<string, string>>;
}

interface Step {
  key: number;
  overlay: boolean;
}

/** Return the place that a hash names; anything that is not `#/…` is home. */
export function parsePlace(hash: string): Place {
  if (!hash.startsWith("#/")) return { name: "", parts: [], query: {} };
  const [path = "", search = ""] = hash.slice(2).split("?", 2);
  const [name = "", ...parts] = path.split("/").map(decodePart);
  return { name, parts, query: Object.fromEntries(new URLSearchParams(search)) };
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** Return the hash of a place. Inverse of `parsePlace`. */
export function makeHash(
  name: string,
  parts: readonly string[] = [],
  query: Record<string, string> = {},
): string {
  const path = [name, ...parts].map(encodeURIComponent).join("/");
  const search = new URLSearchParams(query).toString();
  return `#/${path}${search === "" ? "" : `?${search}`}`;
}

export const place = signal<Place>({ name: "", parts: [], query: {} });
const scrolls = new Map<number, number>();
const overlays: (() => void)[] = [];
let key = 0;
let depth = 0;

function isStep(state: unknown): state is Step {
  return typeof state === "object" && state !== null && typeof Reflect.get(state, "key") === "number";
}

function show(): void {
  place.value = parsePlace(location.hash);
}

/** Start listening; call once. */
export function startRouter(): void {
  history.scrollRestoration = "manual";
  key = Date.now();
  history.replaceState({ key, overlay: false } satisfies Step, "");
  show();
  addEventListener("popstate", (event) => {
    const close = overlays.pop();
    if (close !== undefined) {
      close();
      if (isStep(event.state)) key = event.state.key;
      return;
    }
    scrolls.set(key, scrollY);
    depth = Math.max(0, depth - 1);
    key = isStep(event.state) ? event.state.key : Date.now();
    show();
    restoreScroll();
  });
}

/** Put the page where it was when this step was left; lists call it again when their rows have come. */
export function restoreScroll(): void {
  const top = scrolls.get(key) ?? 0;
  requestAnimationFrame(() => scrollTo(0, top));
}

/** Go to a hash made by `makeHash`. `replace` for what back should not return to (a saved form). */
export function go(hash: string, replace = false): void {
  scrolls.set(key, scrollY);
  while (overlays.length > 0) overlays.pop()?.();
  key += 1;
  const step: Step = { key, overlay: false };
  if (replace) history.replaceState(step, "", hash);
  else {
    history.pushState(step, "", hash);
    depth += 1;
  }
  show();
  scrollTo(0, 0);
}

/** One step back, or home where the app was opened on this place. */
export function back(): void {
  if (depth > 0) history.back();
  else go("#/", true);
}

/** Open something over the screen; back closes it. Returns what closes it from a button. */
export function openOverlay(close: () => void): () => void {
  overlays.push(close);
  history.pushState({ key, overlay: true } satisfies Step, "");
  return () => {
    if (overlays.includes(close)) history.back();
  };
}
