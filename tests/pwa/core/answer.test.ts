/** An answer is taken whole or counts as no connection. */

import { expect, test } from "vitest";
import { type Answer, parseAnswer } from "../../../pwa/src/core/answer.ts";

const ORIGIN = "vi-du.example/so";
const FARM = "farm:019a0000-0000-7000-8000-000000000001";
const ID = "vGpbuVygoRuhjWxaCdj5d0SFt3ISysYtV1CFMx6-ceg";
const POINT = "1.1.RiQYJgagZwC9QB4tUAvbRYsamDfBph38MO306vOz6LQ";
const good = {
  origin: ORIGIN,
  epoch: 1,
  now: 1762600100000,
  more: false,
  access: "x",
  results: [{ result: "accepted", seq: 1, received_at: 1762600100000 }],
  ops: [
    { scope: FARM, seq: 1, received_at: 1762600100000, id: ID },
    { scope: FARM, seq: 2, received_at: 1762600100000, body: "{}", signature: "x" },
  ],
  cursors: { [FARM]: POINT },
};
const taken = (change: object): Answer | null => parseAnswer({ ...good, ...change }, ORIGIN, 1);

test("a whole answer is taken, with members of a later day passed over", () => {
  const answer = taken({ later: 1, safe: { [FARM]: 1 }, want: { [FARM]: [ID] }, turned_down: [ID] });
  expect(answer).toMatchObject({ epoch: 1, more: false, turnedDown: [ID], scopes: null });
  expect(answer?.ops.map((op) => op.id)).toEqual([ID, null]);
  expect(answer?.cursors.get(FARM)).toBe(POINT);
});

test("a result of a later server's counts as `later`", () => {
  expect(taken({ results: [{ result: "pondered", problem: "x" }] })?.results).toEqual([
    { result: "later", seq: null, receivedAt: null, problem: "x" },
  ]);
});

test.each([
  ["a captive portal's page", "<html>"],
  ["null", null],
  ["an empty object", {}],
])("case 029: %s is no answer", (_name, data) => {
  expect(parseAnswer(data, ORIGIN, 0)).toBeNull();
});

test.each<[string, object]>([
  ["no origin", { origin: undefined }],
  ["another origin", { origin: "khac.example/so" }],
  ["no epoch", { epoch: undefined }],
  ["epoch zero", { epoch: 0 }],
  ["fewer results than ops sent", { results: [] }],
  ["more results than ops sent", { results: [...good.results, ...good.results] }],
  ["a result that is no word", { results: [{ result: 5 }] }],
  ["an accepted op without its place", { results: [{ result: "accepted" }] }],
  ["an op of another kind of scope", { ops: [{ ...good.ops[0], scope: "plot:x" }] }],
  ["an op with neither id nor body", { ops: [{ scope: FARM, seq: 1, received_at: 1 }] }],
  ["an op whose private part is no text", { ops: [{ ...good.ops[1], private: {} }] }],
  ["a cursor of another shape", { cursors: { [FARM]: "1.1" } }],
  ["no cursors", { cursors: undefined }],
  ["a rewind of another shape", { rewind: { [FARM]: 5 } }],
  ["want without lists", { want: { [FARM]: ID } }],
  ["safe below zero", { safe: { [FARM]: -1 } }],
  ["scopes without a right", { scopes: [{ scope: FARM }] }],
  ["no time", { now: undefined }],
  ["more as a number", { more: 1 }],
])("an answer with %s counts as no connection", (_name, change) => {
  expect(taken(change)).toBeNull();
});
