/** What a person may know of the tree of heads: how far the own book is proven, and when the tree was looked at. */
import { Refusal } from "../core/errors.ts";
import { parseCursor } from "../core/log.ts";
import { TREE, type Tree } from "../store/tree.ts";
import type { Context } from "./context.ts";

/** `ops`: how many lines of the log of this farm there are; `logged`: how many of them the tree proves. */
export interface TreeState {
  readonly askedAt: number | null;
  readonly ops: number;
  readonly logged: number;
}

export async function treeState(c: Context): Promise<TreeState> {
  const scope = c.farm.value?.scope ?? "";
  return c.store.use(async (db) => {
    const tree = (await db.meta.get(TREE))?.value as Tree | undefined;
    const row = await db.scopes.get(scope);
    const point = parseCursor(row?.cursor ?? "0");
    const ops = point === null || point instanceof Refusal ? 0 : point.seq;
    return { askedAt: tree?.askedAt ?? null, ops, logged: Math.min(row?.logged?.seq ?? 0, ops) };
  });
}
