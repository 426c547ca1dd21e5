/** Everything that one phone holds, put into another one: a cloned profile, keys included. */
import type { Store } from "../../../pwa/src/store/db.ts";

export async function cloneStore(from: Store, to: Store): Promise<void> {
  const rows = await from.use((db) =>
    Promise.all(db.tables.map(async (table) => ({ name: table.name, rows: await table.toArray() }))),
  );
  await to.use((db) =>
    db.transaction("rw", db.tables, async () => {
      for (const one of rows) {
        await db.table(one.name).clear();
        await db.table(one.name).bulkPut(one.rows);
      }
    }),
  );
}
