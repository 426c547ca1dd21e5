import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isGtin, newCode, readCode, showCode } from "../../../pwa/src/core/codes.ts";

interface Case {
  name: string;
  given: { random: string; text: string; length: number; code: string };
  expect: unknown;
}
interface Vectors {
  groups: { description: string; cases: Case[] }[];
}

const path = new URL("../../vectors/codes.json", import.meta.url);
const vectors: Vectors = JSON.parse(readFileSync(path, "utf8"));
const calls: Record<string, (given: Case["given"]) => unknown> = {
  new_code: (g) => newCode(Uint8Array.from(Buffer.from(g.random, "hex"))),
  read_code: (g) => readCode(g.text, g.length),
  show_code: (g) => showCode(g.code),
  is_gtin: (g) => isGtin(g.text),
};
const ofTheServerAlone = ["serial_of", "digital_link", "read_link"];

test("every group of the vectors is run here or is the server's alone", () => {
  const names = vectors.groups.map((group) => group.description).sort();
  expect(names).toEqual([...Object.keys(calls), ...ofTheServerAlone].sort());
});

for (const group of vectors.groups.filter((one) => one.description in calls)) {
  test.each(group.cases)(`${group.description}: $name`, (one) => {
    expect(calls[group.description]?.(one.given)).toEqual(one.expect);
  });
}

test("a code is read as it is shown", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 5, maxLength: 5 }), (random) => {
      const code = newCode(random);
      expect(readCode(showCode(code).toLowerCase())).toBe(code);
    }),
  );
});
