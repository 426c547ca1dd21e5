import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  AMOUNT_MAX,
  crc,
  makePurpose,
  makeVietqr,
  readVietqr,
  type Transfer,
} from "../../../pwa/src/core/vietqr.ts";
import { readByOther } from "../other_vietqr.ts";

type Sides = { [name: string]: unknown };
interface Case {
  name: string;
  given: Sides & { text: string };
  expect?: unknown;
  reject?: string;
}
interface Vectors {
  groups: { description: string; cases: Case[] }[];
}

const path = new URL("../../vectors/vietqr.json", import.meta.url);
const vectors: Vectors = JSON.parse(readFileSync(path, "utf8"));

function transferOf(given: Sides): Transfer {
  const { is_card, is_once, ...rest } = given;
  return { ...(rest as unknown as Transfer), isCard: is_card === true, isOnce: is_once === true };
}

function shown(found: ReturnType<typeof readVietqr>): unknown {
  if ("problem" in found) return found;
  const { isCard, isOnce, ...rest } = found;
  return { ...rest, is_card: isCard, is_once: isOnce };
}

const calls: Record<string, (given: Case["given"]) => unknown> = {
  crc: (g) => crc(g.text),
  make_purpose: (g) => makePurpose(g.text),
  read_vietqr: (g) => shown(readVietqr(g.text)),
  make_vietqr: (g) => {
    const made = makeVietqr(transferOf(g));
    return "text" in made ? made.text : made;
  },
};

for (const group of vectors.groups) {
  test.each(group.cases)(`${group.description}: $name`, (one) => {
    const found = calls[group.description]?.(one.given);
    expect(found).toEqual(one.reject === undefined ? one.expect : { problem: one.reject });
  });
}

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const among = (unit: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...unit), minLength, maxLength });
const transfers = fc.record({
  bin: among("0123456789", 6, 6),
  number: among(letters, 1, 19),
  amount: fc.option(fc.integer({ min: 1, max: AMOUNT_MAX })),
  bill: among(`${letters}-`, 0, 25),
  purpose: fc.string({ maxLength: 60 }).map(makePurpose),
  isCard: fc.boolean(),
  isOnce: fc.boolean(),
});

test("what is made is read as it was, here and by a reader of others", () => {
  fc.assert(
    fc.property(transfers, (transfer) => {
      const made = makeVietqr(transfer);
      if (!("text" in made)) throw new Error(made.problem);
      expect(readVietqr(made.text)).toEqual(transfer);
      expect(readByOther(made.text)).toEqual(transfer);
    }),
  );
});

test("the reader of others reads every example that ours reads, and says no to a changed one", () => {
  for (const one of vectors.groups.find((group) => group.description === "read_vietqr")?.cases ?? []) {
    const { text } = one.given;
    if (one.reject !== undefined) continue;
    expect(shown(readByOther(text) as Transfer)).toEqual(one.expect);
    expect(readByOther(`${text.slice(0, -4)}0000`)).toBeNull();
  }
});
