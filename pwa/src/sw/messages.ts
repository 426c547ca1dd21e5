/** What page and service worker say to each other, and how `/sw-version.json` is read. No DOM, no worker. */

export const SYNC_TAG = "send-diary";

/** The one sentence of every reminder: a push holds nothing, and the worker reads no diary aloud. */
export const REMINDER = { title: "Sổ Nhà Nông", body: "Có việc mới trong sổ. Chạm để xem." } as const;

/** Says whether a message asks the waiting worker to take over. */
export function isTakeOver(data: unknown): boolean {
  return typeof data === "object" && data !== null && Reflect.get(data, "kind") === "take-over";
}

/** Says whether `/sw-version.json` (`{"broken": ["0.3.1", …] | "all"}`) names this version. */
export function isBrokenRelease(answer: unknown, version: string): boolean {
  if (typeof answer !== "object" || answer === null) return false;
  const broken: unknown = Reflect.get(answer, "broken");
  return broken === "all" || (Array.isArray(broken) && broken.includes(version));
}
