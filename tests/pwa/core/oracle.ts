/**
 * The merge said as plainly as possible, to hold the core's fold against; slow, and sharing no code with it.
 *
 * Everything is asked of the graph anew each time. Twin of tests/sync/oracle.py.
 * Source: DESIGN §3 "Merge"; WIRE.
 */

import type { Op, Placed, Value } from "../../../pwa/src/core/index.ts";

/** What a document says, as plain data that compares. */
export interface Said {
  values: [string, Value][];
  heads: [string, readonly string[]][];
  conflicts: string[];
  private: string[];
  deleted: boolean;
  missing: boolean;
  tips: readonly string[];
}

/** What some ops of one document say. */
export function oracle(all: readonly Placed[]): Said {
  const ops = new Map(all.map((placed) => [placed.op.id, placed]));
  const get = (id: string) => ops.get(id) as Placed;
  const saw = (a: string, b: string): boolean => {
    const after = ops.get(a)?.op.after ?? [];
    return after.includes(b) || after.some((up) => saw(up, b));
  };
  const written = (op: Op): [string, Value][] =>
    [op.fields, op.privateFields ?? {}].flatMap((part) => Object.entries(part));
  const value = (id: string, name: string) =>
    written(get(id).op).find(([each]) => each === name)?.[1] as Value;
  const ids = [...ops.keys()];
  const names = [...new Set(ids.flatMap((id) => written(get(id).op).map(([name]) => name)))].sort();
  const heads = new Map(
    names.map((name) => {
      const writers = ids.filter((id) => written(get(id).op).some(([each]) => each === name));
      return [name, best(writers.filter((id) => !writers.some((other) => saw(other, id))).map(get))];
    }),
  );
  const headsOf = (name: string) => heads.get(name) as string[];
  const differ = (name: string) =>
    new Set(headsOf(name).map((id) => JSON.stringify(value(id, name)))).size > 1;
  const tombs = (heads.get("_deleted") ?? []).filter((id) => value(id, "_deleted") === true);
  const beside = (a: string, b: string) => a !== b && !saw(a, b) && !saw(b, a);
  const isUnseen = (name: string) =>
    name !== "_deleted" && headsOf(name).some((id) => tombs.some((tomb) => beside(id, tomb)));
  const marked = names.filter((name) => differ(name) || isUnseen(name));
  const named = new Set(ids.flatMap((id) => get(id).op.after));
  return {
    values: names
      .filter((name) => name !== "_deleted")
      .map((name): [string, Value] => [name, value(headsOf(name)[0] as string, name)])
      .filter(([, shown]) => shown !== null),
    heads: names.map((name) => [name, headsOf(name)]),
    conflicts: marked,
    private: [...new Set(ids.flatMap((id) => Object.keys(get(id).op.privateFields ?? {})))].sort(),
    deleted: tombs.length > 0 && !names.some(isUnseen) && !marked.includes("_deleted"),
    missing: ids.some((id) => get(id).op.privateHash !== null && get(id).op.privateFields === null),
    tips: best(ids.filter((id) => !named.has(id)).map(get)).slice(0, 16),
  };
}

/** The ids, the one that shows first. */
function best(heads: readonly Placed[]): string[] {
  const strength = ({ op, seq, receivedAt }: Placed): [number, number, number] =>
    seq === null ? [1, op.n, 0] : [0, Math.min(op.recordedAt + op.skew, receivedAt ?? 0), seq];
  const order = (a: Placed, b: Placed): number => {
    const [x, y] = [strength(a), strength(b)];
    return y[0] - x[0] || y[1] - x[1] || y[2] - x[2] || (a.op.id < b.op.id ? 1 : -1);
  };
  return [...heads].sort(order).map((placed) => placed.op.id);
}
