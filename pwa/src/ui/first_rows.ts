/**
 * The first picture after the start: of a long list the first rows only, the others as soon as the page is idle.
 *
 * A slow phone draws a row in some ten milliseconds, and no screen holds more than three of them.
 */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { whenIdle } from "./idle.ts";

const FIRST_ROWS = 4;
/** A list has been drawn since the page was opened: from then on each is drawn whole, and stands where it was left. */
const isDrawn = signal(false);

/** Return the rows of a list that are drawn now. */
export function useFirstRows<T>(rows: readonly T[]): readonly T[] {
  const isShort = rows.length === 0 || isDrawn.value;
  useEffect(
    () =>
      isShort
        ? undefined
        : whenIdle(async () => {
            isDrawn.value = true;
          }),
    [isShort],
  );
  return isShort ? rows : rows.slice(0, FIRST_ROWS);
}
