/** Passkeys without an authenticator: the challenge of a touch, recovery codes, touches that ride with their ops. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { b64Decode, b64Encode } from "../../../pwa/src/core/ids.ts";
import { codeToSecret, recoveryOf, secretToCode } from "../../../pwa/src/core/recovery.ts";
import { stepUpChallenge } from "../../../pwa/src/net/passkeys.ts";

const PAGE = readFileSync(new URL("../../../sync/PROTOCOL.md", import.meta.url), "utf8");
const told = (name: string): string => new RegExp(`^${name} +(\\S.*)$`, "m").exec(PAGE)?.[1] ?? "";
const bytes = (text: string): Uint8Array => {
  const found = b64Decode(text);
  if (!(found instanceof Uint8Array)) throw new Error(text);
  return found;
};

test("the challenge of a touch is that of the protocol's example, whatever the order of the ids", () => {
  const ids = told("step_up_ids").split(" ");
  expect(ids).toHaveLength(2);
  for (const order of [ids, [...ids].reverse()]) {
    expect(b64Encode(stepUpChallenge(told("origin"), order))).toBe(told("step_up"));
  }
});

test("a recovery code is that of the protocol's example, however a person types it", () => {
  const secret = bytes(told("recovery_secret"));
  const code = told("recovery_code");
  expect(secretToCode(secret)).toBe(code);
  expect(recoveryOf(secret).id).toBe(told("recovery_invite"));
  for (const typed of [code, code.toLowerCase(), code.replaceAll("-", " "), code.replaceAll("0", "o")]) {
    expect(codeToSecret(typed), typed).toEqual(secret);
  }
  expect(codeToSecret(code.replaceAll("1", "l"))).toEqual(secret);
});

test("what is no recovery code is none", () => {
  const code = told("recovery_code");
  for (const typed of [
    "",
    code.slice(0, -1),
    `${code}0`,
    `U${code.slice(1)}`,
    `8${code.slice(1)}`,
    "ế".repeat(26),
  ]) {
    expect(codeToSecret(typed), typed).toBe(null);
  }
});
