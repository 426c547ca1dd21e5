/**
 * A mark beside the database: how much this phone held. Where it stands and the database is gone, the browser
 * dropped the book (fault case 11).
 *
 * Chromium drops databases and caches under pressure, not this small store. It holds two counts, nothing of anybody.
 */
import type { HeldBefore } from "./types.ts";

const SLOT = "so-nha-nong";

export function noteHeld(held: HeldBefore): void {
  try {
    localStorage.setItem(SLOT, JSON.stringify(held));
  } catch {
    // full or forbidden: the phone then can't say what it lost
  }
}

export function heldBefore(): HeldBefore | null {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(SLOT) ?? "null");
    const [lines, photos]: unknown[] = ["lines", "photos"].map((name) => Reflect.get(Object(found), name));
    return typeof lines === "number" && typeof photos === "number" ? { lines, photos } : null;
  } catch {
    return null;
  }
}

export function forgetHeld(): void {
  try {
    localStorage.removeItem(SLOT);
  } catch {
    // nothing was kept there
  }
}
