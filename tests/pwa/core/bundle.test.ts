/** A lot's bundle in the browser; tests/sync/test_bundle.py reads the same file. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkBundle } from "../../../pwa/src/core/bundle.ts";
import { parseCose } from "../../../pwa/src/core/cose.ts";
import { Refusal } from "../../../pwa/src/core/errors.ts";

interface Vector {
  log_key: string;
  bundle: string;
  expect: unknown;
}
const vector = JSON.parse(
  readFileSync(new URL("../../vectors/bundle.json", import.meta.url), "utf8"),
) as Vector;

test("the bundle holds and says what it says", async () => {
  const proven = await checkBundle(vector.bundle, vector.log_key);
  if (proven instanceof Refusal) throw new Error(proven.detail);
  const { origin, size, ops, devices, publishedAt, isConfirmed, facts, missing } = proven;
  expect({
    ...{ origin, size, code: facts.code, ops: ops.size, devices: devices.size },
    ...{ published_at: publishedAt, is_confirmed: isConfirmed, missing },
  }).toEqual(vector.expect);
});

// Python's twin turns every byte; here every ninth, so that the tests stay short.
test("no altered byte of it holds", async () => {
  const text = vector.bundle;
  const taken: number[] = [];
  for (let at = 0; at < text.length; at += 9) {
    const other = text[at] === "A" ? "B" : "A";
    const found = await checkBundle(text.slice(0, at) + other + text.slice(at + 1));
    if (!(found instanceof Refusal) || found.slug !== "bad_bundle" || !found.detail.includes(": "))
      taken.push(at);
  }
  expect(taken).toEqual([]);
});

test("another key of the log is named", async () => {
  const found = await checkBundle(vector.bundle, `${vector.log_key.slice(0, -4)}AAA=`);
  expect(found).toMatchObject({ detail: "log_key: not the key that you know of this log" });
});

test.each(["", "a0ff", "a2010203", "81", "a1810102", "a1015f", "bf", "a10118", "a1411f01", "a1010200"])(
  "bytes that are no key of a passkey are refused: %s",
  (hex) => {
    expect(parseCose(Uint8Array.from(Buffer.from(hex, "hex")))).toBeInstanceOf(Refusal);
  },
);
