import { expect, test } from "vitest";
import { isRecordedAgain } from "../../../pwa/src/store/again.ts";
import type { OpRow } from "../../../pwa/src/store/rows.ts";

const op = (n: number, state: OpRow["state"], device = "a"): OpRow => ({
  id: `${device}${n}`,
  scope: "farm:x",
  doc: "entry:y",
  device,
  n,
  seq: null,
  receivedAt: null,
  digest: null,
  body: "",
  private: null,
  signature: "",
  state,
  problem: null,
  tried: true,
});

test("a refused op is settled by a later one of its phone for the same document, and by nothing else", () => {
  const refused = op(3, "refused");
  expect(isRecordedAgain(refused, [refused, op(4, "outbox")])).toBe(true);
  expect(isRecordedAgain(refused, [refused, op(4, "sent")])).toBe(true);
  expect(isRecordedAgain(refused, [refused, op(2, "sent")])).toBe(false);
  expect(isRecordedAgain(refused, [refused, op(4, "refused")])).toBe(false);
  expect(isRecordedAgain(refused, [refused, op(4, "sent", "b")])).toBe(false);
  expect(isRecordedAgain(op(3, "turned_down"), [op(4, "sent")])).toBe(false);
});
