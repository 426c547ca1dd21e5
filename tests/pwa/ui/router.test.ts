import fc from "fast-check";
import { expect, test } from "vitest";
import { makeHash, parsePlace } from "../../../pwa/src/ui/router.ts";

test("a place survives being written as a hash", () => {
  const part = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" });
  const query = fc.dictionary(fc.constantFrom("season", "plot", "form"), part);
  fc.assert(
    fc.property(part, fc.array(part, { maxLength: 3 }), query, (name, parts, asked) => {
      expect(parsePlace(makeHash(name, parts, asked))).toEqual({ name, parts, query: { ...asked } });
    }),
  );
});

test("an invitation in the hash is no place", () => {
  expect(parsePlace("#i=abc.def")).toEqual({ name: "", parts: [], query: {} });
});

test("a broken percent sign in a hash leads to an empty part, not to a crash", () => {
  expect(parsePlace("#/dong/%E0%A4%A").parts).toEqual([""]);
});
