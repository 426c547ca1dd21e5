/** What every screen shows, read anew in one transaction: each of its own costs a slow phone more than what it reads. */
import type { Context } from "./context.ts";
import { loadDrafts } from "./draft_desk.ts";
import { loadFarm } from "./farm.ts";
import { loadHome } from "./home.ts";
import { loadJoined } from "./joined.ts";
import { loadPeople } from "./people.ts";
import type { Home } from "./types.ts";

/** Fill a shadow of the context (`shadowOf`); gives what the context does not hold. */
export async function readAll(shadow: Context): Promise<{ home: Home; skew: number | null }> {
  return shadow.store.use((db) =>
    db.transaction(
      "r",
      [db.meta, db.identities, db.access, db.drafts, db.docs, db.uploads, db.ops, db.requests],
      async () => {
        const [skew, settings] = await Promise.all([
          db.meta.get("skew"),
          db.meta.get("settings"),
          loadJoined(shadow),
          loadPeople(shadow),
        ]);
        const kept = settings?.value;
        if (typeof kept === "object" && kept !== null)
          shadow.settings.value = { ...shadow.settings.value, ...kept };
        // None waits for another's answer; what the first two found is put into the third.
        const [home] = await Promise.all([loadHome(shadow), loadDrafts(shadow), loadFarm(shadow)]);
        const runningSeasons = shadow.seasons.value.filter((season) => season.running);
        return {
          home: { ...home, runningSeasons, drafts: shadow.drafts.value },
          skew: typeof skew?.value === "number" ? skew.value : null,
        };
      },
    ),
  );
}
