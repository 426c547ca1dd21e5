/** Invitations made in a browser: only hashes in the op, and the hashes that the server compares. */
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { isUuid } from "../../../pwa/src/core/ids.ts";
import { INVITE_RANDOM_BYTES, makeInvite } from "../../../pwa/src/core/invites.ts";

const MEMBERSHIP = "019a0000-0000-7000-8000-000000000002";
const NOW = 1_762_600_000_000;
const random = Uint8Array.from({ length: INVITE_RANDOM_BYTES }, (_, place) => (place * 37 + 5) & 255);

function hash(bytes: Buffer | string): string {
  return createHash("sha256").update(bytes).digest("base64url");
}

test("the op of an invitation holds what the server compares, and neither secret nor code", () => {
  const made = makeInvite(NOW, random, MEMBERSHIP, "phone", false);
  const [id = "", secret = ""] = made.whole.split(".");
  expect(isUuid(id)).toBe(true);
  expect(made.doc).toBe(`device:${id}`);
  expect(made.fields).toEqual({
    membership: MEMBERSHIP,
    kind: "phone",
    confirm: false,
    secret_hash: hash(Buffer.from(secret, "base64url")),
    code_hash: hash(`${id}:${made.code.replace("-", "")}`),
    expires_at: NOW + 72 * 3_600_000,
  });
  const told = JSON.stringify(made.fields);
  expect(told).not.toContain(secret);
  expect(told).not.toContain(made.code.replace("-", ""));
});

test("a code holds no letter that is mistaken for another, whatever the chance was", () => {
  for (let byte = 0; byte < 256; byte++) {
    const code = makeInvite(
      NOW,
      new Uint8Array(INVITE_RANDOM_BYTES).fill(byte),
      MEMBERSHIP,
      "browser",
      true,
    ).code;
    expect(code).toMatch(/^[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}$/);
  }
});

test("two invitations share nothing", () => {
  const other = random.map((byte) => byte ^ 255);
  const [one, two] = [random, other].map((some) => makeInvite(NOW, some, MEMBERSHIP, "phone", false));
  expect(one?.whole).not.toBe(two?.whole);
  expect(one?.code).not.toBe(two?.code);
});
