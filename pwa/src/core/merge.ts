/**
 * The merge: from the ops of one document, in any order, to what the document says.
 *
 * The ops form a graph by their `after`. A write of a field stands until a write of that field saw it; the
 * writes that stand are its heads. Heads with different values are a conflict. No clock and no order of arrival
 * changes what is a conflict; clocks only choose which head shows.
 * What an op saw is kept as "everything placed before number `upTo`, and these few": in a history where each op
 * saw the last one that is a single number, so a long history costs no more than its length.
 * Source: DESIGN §3 "Merge"; PROTOCOL "Merge"; checked against an independent oracle in
 * tests/pwa/core/merge.property.test.ts.
 */

import { PARENTS_MAX } from "./limits.ts";
import type { Op } from "./ops.ts";
import { DELETED, type Value, writeText } from "./values.ts";

/** An op and its place in the log; `seq` and `receivedAt` are null while it has none. */
export interface Placed {
  readonly op: Op;
  readonly seq: number | null;
  readonly receivedAt: number | null;
}

/**
 * What a document says. Records have no prototype.
 *
 * `values`: field → the value that shows (cleared fields and `_deleted` left out);
 * `heads`: field → ids of the writes that stand, the one that shows first;
 * `conflicts`: fields whose heads differ, or that a tombstone did not see;
 * `private`: names of the fields that came in private parts;
 * `missing`: whether a private part that a body names is not here;
 * `tips`: ids that no op of the document names in `after`, at most `PARENTS_MAX`, best first.
 */
export interface Document {
  readonly values: Readonly<Record<string, Value>>;
  readonly heads: Readonly<Record<string, readonly string[]>>;
  readonly conflicts: ReadonlySet<string>;
  readonly private: ReadonlySet<string>;
  readonly deleted: boolean;
  readonly missing: boolean;
  readonly tips: readonly string[];
}

/** What one op saw: all ops placed before number `upTo`, and those numbered in `more`. */
interface Saw {
  readonly at: number;
  readonly upTo: number;
  readonly more: ReadonlySet<number>;
}

const NONE: ReadonlySet<number> = new Set();

/** What decides which head shows: the greatest does. Ops not in the log stand above all that are. */
export function rank(placed: Placed): readonly [number, number, number] {
  const { op, seq, receivedAt } = placed;
  if (seq === null || receivedAt === null) return [1, op.n, 0];
  return [0, Math.min(op.recordedAt + op.skew, receivedAt), seq];
}

/**
 * A document being folded: add ops in any order, as often as they come, then look.
 *
 * `ops` holds every op by its id. Adding costs the op's own fields; where an op came after one that names it as
 * a parent, the next look folds the document anew, once.
 */
export class Folding {
  readonly ops = new Map<string, Placed>();
  private saw = new Map<string, Saw>();
  private named = new Set<string>();
  private heads = new Map<string, string[]>();
  private stale = false;

  /** Take one op in; one that is known already only takes its newer place or private part. */
  add(placed: Placed): void {
    const { op } = placed;
    const known = this.ops.get(op.id);
    if (known === undefined) {
      this.ops.set(op.id, placed);
      if (this.named.has(op.id)) this.stale = true;
      if (!this.stale) this.place(op);
      return;
    }
    const isFilled = op.privateFields !== null && known.op.privateFields === null;
    const { seq, receivedAt } = placed.seq === null ? known : placed;
    this.ops.set(op.id, { op: isFilled ? op : known.op, seq, receivedAt });
    this.stale ||= isFilled;
  }

  /** What the ops added so far say. */
  document(): Document {
    if (this.stale) this.refold();
    const heads: Record<string, readonly string[]> = Object.create(null);
    const values: Record<string, Value> = Object.create(null);
    const conflicts = new Set<string>();
    for (const [name, ids] of this.heads) {
      const sorted = this.sorted(ids);
      heads[name] = sorted;
      const shown = this.value(sorted[0] as string, name);
      if (name !== DELETED && shown !== null) values[name] = shown;
      if (sorted.length > 1 && this.differ(sorted, name)) conflicts.add(name);
    }
    const tombs = (heads[DELETED] ?? []).filter((id) => this.value(id, DELETED) === true);
    const unseen = tombs.flatMap((tomb) => this.unseenBy(tomb));
    const deleted = tombs.length > 0 && unseen.length === 0 && !conflicts.has(DELETED);
    for (const name of unseen) conflicts.add(name);
    return { values, heads, conflicts, deleted, ...this.parts(), tips: this.tips() };
  }

  private parts(): { private: ReadonlySet<string>; missing: boolean } {
    const names = new Set<string>();
    let missing = false;
    for (const { op } of this.ops.values()) {
      if (op.privateFields !== null) for (const name of Object.keys(op.privateFields)) names.add(name);
      else missing ||= op.privateHash !== null;
    }
    return { private: names, missing };
  }

  private tips(): readonly string[] {
    const open = [...this.ops.keys()].filter((id) => !this.named.has(id));
    return this.sorted(open).slice(0, PARENTS_MAX);
  }

  /** Fold anew, parents before children as far as they are known. */
  private refold(): void {
    this.saw = new Map();
    this.named = new Set();
    this.heads = new Map();
    this.stale = false;
    const visited = new Set<string>();
    for (const start of this.ops.keys()) {
      const stack: { id: string; isLeft: boolean }[] = [{ id: start, isLeft: false }];
      for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
        const placed = this.ops.get(top.id);
        if (placed === undefined) continue;
        if (top.isLeft) {
          this.place(placed.op);
        } else if (!visited.has(top.id)) {
          visited.add(top.id);
          stack.push({ id: top.id, isLeft: true });
          for (const id of placed.op.after) stack.push({ id, isLeft: false });
        }
      }
    }
  }

  /** Add an op that no placed op names: it replaces the heads that it saw. */
  private place(op: Op): void {
    const saw = this.look(op.after);
    this.saw.set(op.id, saw);
    for (const parent of op.after) this.named.add(parent);
    for (const fields of [op.fields, op.privateFields]) {
      if (fields === null) continue;
      for (const name of Object.keys(fields)) {
        const standing = this.heads.get(name);
        if (standing === undefined) this.heads.set(name, [op.id]);
        else this.heads.set(name, [...standing.filter((id) => !this.hasSeen(saw, id)), op.id]);
      }
    }
  }

  /** What an op with these parents saw: them, and all that they saw. */
  private look(after: readonly string[]): Saw {
    const parents = after.map((id) => this.saw.get(id)).filter((saw) => saw !== undefined);
    let upTo = parents.reduce((most, parent) => Math.max(most, parent.upTo), 0);
    const more = new Set<number>();
    for (const parent of parents) {
      if (parent.at >= upTo) more.add(parent.at);
      for (const number of parent.more) if (number >= upTo) more.add(number);
    }
    while (more.delete(upTo)) upTo++;
    return { at: this.saw.size, upTo, more: more.size === 0 ? NONE : more };
  }

  private hasSeen(saw: Saw, id: string): boolean {
    const at = (this.saw.get(id) as Saw).at;
    return at < saw.upTo || saw.more.has(at);
  }

  private sorted(ids: readonly string[]): readonly string[] {
    if (ids.length < 2) return ids;
    const ranks = new Map(ids.map((id) => [id, rank(this.ops.get(id) as Placed)]));
    return [...ids].sort((one, other) => {
      const [a, b] = [ranks.get(one), ranks.get(other)] as [readonly number[], readonly number[]];
      const i = [0, 1, 2].find((place) => a[place] !== b[place]);
      // The id breaks the tie of two keys' unsent ops; one key never has such a tie.
      if (i === undefined) return one < other ? 1 : -1;
      return (b[i] as number) - (a[i] as number);
    });
  }

  private value(id: string, name: string): Value {
    const { op } = this.ops.get(id) as Placed;
    return (Object.hasOwn(op.fields, name) ? op.fields[name] : op.privateFields?.[name]) as Value;
  }

  private differ(ids: readonly string[], name: string): boolean {
    const first = writeText(this.value(ids[0] as string, name));
    return ids.some((id) => writeText(this.value(id, name)) !== first);
  }

  private unseenBy(tomb: string): string[] {
    const names = [...this.heads.keys()].filter((name) => name !== DELETED);
    return names.filter((name) =>
      (this.heads.get(name) as string[]).some((id) => id !== tomb && this.isBeside(tomb, id)),
    );
  }

  private isBeside(one: string, other: string): boolean {
    return !(this.hasSeen(this.saw.get(one) as Saw, other) || this.hasSeen(this.saw.get(other) as Saw, one));
  }
}

/** What the ops of one document say: the same for any order and any repetition. */
export function fold(ops: Iterable<Placed>): Document {
  const folding = new Folding();
  for (const placed of ops) folding.add(placed);
  return folding.document();
}

/**
 * For each public field in conflict the values that stand, the one that shows first, each once.
 *
 * `ops`: the document's ops by id. A cleared field is null; `_deleted` is no field here, nor is one that a
 * tombstone alone disputes: it has one value.
 */
export function rivals(document: Document, ops: ReadonlyMap<string, Op>): Record<string, Value[]> {
  const found: Record<string, Value[]> = Object.create(null);
  for (const name of [...document.conflicts].sort()) {
    if (name === DELETED || document.private.has(name)) continue;
    const values = new Map<string, Value>();
    for (const id of document.heads[name] ?? []) {
      const value = ops.get(id)?.fields[name];
      if (value !== undefined && !values.has(writeText(value))) values.set(writeText(value), value);
    }
    if (values.size > 1) found[name] = [...values.values()];
  }
  return found;
}
