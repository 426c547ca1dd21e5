/** The merge gives one document for any order, repetition and split, and it is the oracle's. */

import fc from "fast-check";
import { expect, test } from "vitest";
import * as core from "../../../pwa/src/core/index.ts";
import {
  type Choose,
  chooser,
  grow,
  makeOp,
  NOW,
  ORIGIN,
  place,
  SCOPE,
  shuffle,
  tips,
  VALUES,
} from "./growing.ts";
import { oracle, type Said } from "./oracle.ts";

/** `TIMES=20` (`make check-long`): so many times as many histories, and other ones each time. */
const TIMES = Number(process.env.TIMES ?? 1);
const RUN = { ...(TIMES === 1 ? { seed: 20261124 } : {}), numRuns: 150 * TIMES };
const choices = fc.array(fc.nat(1000), { minLength: 60, maxLength: 200 });

function plain(document: core.Document): Said {
  const sorted = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
    Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...document,
    values: sorted(document.values),
    heads: sorted(document.heads),
    conflicts: [...document.conflicts].sort(),
    private: [...document.private].sort(),
  };
}

function holds(rule: (choose: Choose) => void): void {
  fc.assert(
    fc.property(choices, (drawn) => rule(chooser(drawn))),
    RUN,
  );
}

/** A seeded generator for the test of coverage (mulberry32). */
function seeded(seed: number): Choose {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  };
}

const bare = ({ op }: core.Placed): core.Op => ({ ...op, private: null, privateFields: null });

test("a fold in any order and with any repetition is what the oracle says", () => {
  holds((choose) => {
    const ops = grow(choose);
    const again = ops.filter(() => choose(3) === 0);
    expect(plain(core.fold(shuffle(choose, [...ops, ...again])))).toEqual(oracle(ops));
  });
});

test("after every page of any split the document is the whole fold of what came", () => {
  holds((choose) => {
    const ops = shuffle(choose, grow(choose));
    const folding = new core.Folding();
    for (let at = 0; at < ops.length; ) {
      const page = ops.slice(at, at + 1 + choose(4));
      at += page.length;
      for (const placed of page) folding.add(placed);
      expect(plain(folding.document())).toEqual(oracle(ops.slice(0, at)));
    }
  });
});

test("children before parents give the same document", () => {
  holds((choose) => {
    const ops = grow(choose);
    expect(plain(core.fold([...ops].reverse()))).toEqual(plain(core.fold(ops)));
  });
});

test("an op that comes first without place or private part takes both later", () => {
  holds((choose) => {
    const ops = grow(choose);
    const poor = ops.flatMap((placed) => [
      place(bare(placed)),
      place(placed.op),
      place(bare(placed), placed.seq, placed.receivedAt),
    ]);
    expect(plain(core.fold(shuffle(choose, poor)))).toEqual(oracle(ops));
  });
});

test("one op that saw all and writes every field ends every conflict", () => {
  holds((choose) => {
    const ops = grow(choose);
    const names = Object.keys(core.fold(ops).heads);
    const fields = { ...Object.fromEntries(names.map((name) => [name, "3"])), _deleted: null };
    const last = makeOp({ n: 99, fields, after: tips(ops.map((placed) => placed.op)), recordedAt: 1 });
    const document = core.fold([...ops, place(last, 1_000_000, NOW)]);
    expect(document.conflicts.size).toBe(0);
    expect(document.deleted).toBe(false);
    expect(Object.values(document.heads).every((head) => head.join() === last.id)).toBe(true);
  });
});

test("any split into pages gives the same digest", () => {
  holds((choose) => {
    const log = grow(choose).filter((placed) => placed.seq !== null);
    log.sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
    const prefix = core.domain("log", ORIGIN);
    const link = (digest: Uint8Array, { op, seq, receivedAt }: core.Placed) =>
      core.nextDigest(prefix, digest, seq ?? 0, receivedAt ?? 0, core.must(core.b64Decode(op.id)));
    const whole = log.reduce<Uint8Array>(link, core.startDigest(ORIGIN, SCOPE));
    let held: Uint8Array = core.startDigest(ORIGIN, SCOPE);
    for (let at = 0; at < log.length; ) {
      const page = log.slice(at, at + 1 + choose(5));
      at += page.length;
      held = page.reduce<Uint8Array>(link, held);
    }
    expect(held).toEqual(whole);
  });
});

test("the grown documents do meet conflicts, tombstones, held ops and late parents", () => {
  const count = { conflict: 0, deleted: 0, unsent: 0, three: 0, late: 0 };
  for (let seed = 1; seed <= 400; seed++) {
    const ops = grow(seeded(seed));
    const document = core.fold(ops);
    const seq = new Map(ops.map((placed) => [placed.op.id, placed.seq ?? 1_000_000]));
    const isLate = ({ op }: core.Placed) =>
      op.after.some((up) => (seq.get(up) as number) > (seq.get(op.id) as number));
    count.conflict += Number(document.conflicts.size > 0);
    count.deleted += Number(document.deleted);
    count.unsent += Number(ops.some((placed) => placed.seq === null));
    count.three += Number(Object.values(document.heads).some((head) => head.length > 2));
    count.late += Number(ops.some(isLate));
    expect(plain(document), `seed ${seed}`).toEqual(oracle(ops));
  }
  expect(Math.min(...Object.values(count)), JSON.stringify(count)).toBeGreaterThan(15);
  expect(count.conflict).toBeGreaterThan(100);
});

test("a tombstone is the value true and nothing else", () => {
  for (const value of [...VALUES, 1, [], {}, "true"]) {
    const document = core.fold([place(makeOp({ n: 1, fields: { _deleted: value } }))]);
    expect(document.deleted).toBe(value === true);
  }
});

test("thousands of edits of one document fold, also backwards", () => {
  const ops: core.Placed[] = [];
  for (let n = 1; n <= 5000; n++) {
    const after = ops.slice(-1).map((placed) => placed.op.id);
    ops.push(place(makeOp({ n, fields: { dose: String(n) }, after }), n, NOW + n));
  }
  expect({ ...core.fold(ops).values }).toEqual({ dose: "5000" });
  expect(plain(core.fold([...ops].reverse()))).toEqual(plain(core.fold(ops)));
});

test("two phones that edit side by side a thousand times each and then meet keep both as heads", () => {
  const ops: core.Placed[] = [];
  const last = new Map<string, string>();
  for (let n = 1; n <= 2000; n++) {
    const device = n % 2 === 0 ? "b".repeat(32) : "a".repeat(32);
    const after = [last.get(device)].filter((id) => id !== undefined);
    const op = makeOp({ n, fields: { dose: String(n) }, after, device });
    last.set(device, op.id);
    ops.push(place(op, n, NOW + n));
  }
  const meeting = makeOp({ n: 2001, fields: { dose: "0" }, after: [...last.values()] });
  expect(core.fold(ops).heads.dose).toEqual([...last.values()].reverse());
  expect(core.fold([...ops, place(meeting)]).heads.dose).toEqual([meeting.id]);
});
