/** Which lessons somebody has seen on this phone; the lessons themselves are words of the screens. */
import type { Context } from "./context.ts";
import type { Lessons } from "./types.ts";

export function makeLessons(c: Context): Lessons {
  const key = () => `lessons ${c.current.value?.device ?? ""}`;
  const seen = async (): Promise<readonly string[]> => {
    const kept = (await c.store.use((db) => db.meta.get(key())))?.value;
    return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === "string") : [];
  };
  return {
    seen,
    async mark(lesson) {
      if (c.store.newer !== null) return;
      const all = new Set([...(await seen()), lesson]);
      await c.store.use((db) => db.meta.put({ key: key(), value: [...all] }));
    },
  };
}
