/**
 * Documents that grow as they do among phones: everyone writes on what they have seen so far.
 *
 * Random ops would hardly ever meet; here three phones write the same few fields, hear of each other now and
 * then, and have clocks that are years off. `choose(n)` says which of n things happens.
 */

import * as core from "../../../pwa/src/core/index.ts";

export const ORIGIN = "vi-du.example/so";
export const SCOPE = "farm:019a0000-0000-7000-8000-000000000001";
export const NOW = 1_762_600_000_000;
const DOC = "entry:019a0000-0000-7000-8000-000000000003";
const BY = "019a0000-0000-7000-8000-000000000002";
const YEAR = 31_536_000_000;
const NAMES = ["dose", "note", "product", "plots", "_deleted"];
export const VALUES: readonly core.Value[] = ["1", "2", null, { amount: "2.5", unit: "sao" }, true];

export type Choose = (n: number) => number;

interface OpParts {
  readonly n: number;
  readonly fields: Readonly<Record<string, core.Value>>;
  readonly after?: readonly string[];
  readonly device?: string;
  readonly recordedAt?: number;
  readonly skew?: number | null;
  readonly hidden?: Readonly<Record<string, core.Value>> | null;
}

/** An op as it would come over the wire, parsed from its texts. */
export function makeOp(parts: OpParts): core.Op {
  const part = parts.hidden ? core.makePrivate(new Uint8Array(16).fill(parts.n), parts.hidden) : null;
  const body = core.makeBody({
    device: parts.device ?? "a".repeat(32),
    n: parts.n,
    by: BY,
    scope: SCOPE,
    doc: DOC,
    recordedAt: parts.recordedAt ?? NOW,
    fields: parts.fields,
    after: parts.after ?? [],
    skew: parts.skew ?? null,
    private: part === null ? null : core.privateHash(ORIGIN, part),
  });
  return core.must(core.parseOp(ORIGIN, body, part));
}

/** An op at a place of the log, or at none. */
export function place(op: core.Op, seq: number | null = null, receivedAt: number | null = null): core.Placed {
  return { op, seq, receivedAt };
}

/** The newest ids of some ops: those that none of them names. */
export function tips(ops: readonly core.Op[]): string[] {
  const named = new Set(ops.flatMap((op) => op.after));
  return ops
    .map((op) => op.id)
    .filter((id) => !named.has(id))
    .sort()
    .slice(0, 16);
}

class Phone {
  held: core.Op[] = [];
  made = 0;
  private readonly device: string;
  private readonly off: number;

  constructor(device: string, off: number) {
    this.device = device;
    this.off = off;
  }

  /** Make an op on top of all that is held, or of an older state where a form stayed open. */
  write(choose: Choose, at: number): core.Op {
    this.made++;
    const base = choose(4) === 0 ? this.held.slice(0, Math.max(0, this.held.length - choose(3))) : this.held;
    const fields: Record<string, core.Value> = {};
    for (let i = choose(2); i >= 0; i--) {
      fields[NAMES[choose(NAMES.length)] as string] = VALUES[choose(VALUES.length)] as core.Value;
    }
    // As our own app writes it; the other values of this field are a stranger's.
    if ("_deleted" in fields && choose(3) > 0) fields._deleted = true;
    const { note, ...open } = fields;
    const op = makeOp({
      n: this.made,
      fields: open,
      after: tips(base),
      device: this.device,
      recordedAt: NOW + at + this.off,
      skew: choose(2) === 0 ? null : -this.off,
      hidden: note === undefined ? null : { note },
    });
    this.held.push(op);
    return op;
  }

  hear(other: Phone): void {
    this.held.push(...other.held.filter((op) => !this.held.includes(op)));
  }
}

/** The ops of one document, placed in the log in an order of its own; some in no log yet. */
export function grow(choose: Choose, most = 12): core.Placed[] {
  const phones = ["a", "b", "c"].map((letter) => new Phone(letter.repeat(32), (choose(5) - 2) * YEAR));
  const pick = () => phones[choose(3)] as Phone;
  const ops: core.Op[] = [];
  for (let left = choose(most); left >= 0; left--) {
    const writer = pick();
    if (choose(3) > 0) writer.hear(pick());
    ops.push(writer.write(choose, ops.length));
  }
  const unsent = choose(3) === 0 ? choose(3) : 0;
  const logged = shuffle(choose, ops).slice(unsent);
  return ops.map((op) => {
    const seq = logged.indexOf(op) + 1;
    return seq === 0 ? place(op) : place(op, seq, NOW + 1000 * seq);
  });
}

/** The items in another order. */
export function shuffle<T>(choose: Choose, items: readonly T[]): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = choose(i + 1);
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}

/** A `choose` that reads its choices from a list that fast-check drew, and so shrinks. */
export function chooser(choices: readonly number[]): Choose {
  let at = 0;
  return (n) => (choices[at++ % choices.length] as number) % n;
}
