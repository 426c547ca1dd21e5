/** Work that nobody waits for, begun when the page has nothing else to do: a tap comes first. */

const SOON_MS = 200;
const LATE_MS = 2000;

/** Begin `work` when the page is idle, at the latest after two seconds; gives what calls it off before it began. */
export function whenIdle(work: () => Promise<void>): () => void {
  // Safari has none.
  if (typeof requestIdleCallback === "undefined") {
    const timer = setTimeout(() => void work(), SOON_MS);
    return () => clearTimeout(timer);
  }
  const asked = requestIdleCallback(() => void work(), { timeout: LATE_MS });
  return () => cancelIdleCallback(asked);
}
