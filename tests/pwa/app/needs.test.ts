/** Why a household needs somebody: one fact at a time, and which comes first. */
import { expect, test } from "vitest";
import { byNeed, type Known, needsOf } from "../../../pwa/src/app/team/needs.ts";
import type { Household, TeamPerson, TeamPhone } from "../../../pwa/src/app/types.ts";

const NOW = 1_795_500_000_000;
const DAY = 86_400_000;
const KNOWN: Known = { today: "2026-11-24", now: NOW, asked: 0, torn: 0, declined: null, waiting: false };

const phone = (change: Partial<TeamPhone> = {}): TeamPhone => ({
  doc: "device:1",
  device: "d",
  label: "Máy Android",
  state: "confirmed",
  joined_at: NOW - 30 * DAY,
  last_seen: NOW - DAY,
  unsent: 0,
  photos: 0,
  app: "1",
  pending: null,
  ...change,
});
const person = (phones: readonly TeamPhone[], change: Partial<TeamPerson> = {}): TeamPerson => ({
  membership: "m",
  name: "Bà Lụa",
  role: "owner",
  phones,
  invitation: null,
  ...change,
});
type Known0 = Omit<Household, "needs">;
const household = (change: Partial<Known0> = {}): Known0 => ({
  farm: "f",
  scope: "farm:f",
  code: "H001",
  name: "Hộ bà Lụa",
  village: "",
  help: "now",
  until: NOW + 30 * DAY,
  people: [person([phone()])],
  last_entry_on: "2026-11-23",
  entries: 3,
  held: 0,
  unsent: 0,
  answer: null,
  ...change,
});
const kinds = (one: Known0, known: Partial<Known> = {}) =>
  needsOf(one, { ...KNOWN, ...known }).map((need) => need.kind);

test("a household that records and whose phone is heard of needs nobody", () => {
  expect(kinds(household())).toEqual([]);
});

test("a phone at the door, until it was confirmed here", () => {
  const waits = phone({ state: "waiting" });
  expect(kinds(household({ people: [person([phone(), waits])] }))).toEqual(["arrived"]);
  const decided = phone({ state: "waiting", pending: "confirming" });
  expect(kinds(household({ people: [person([phone(), decided])] }))).toEqual([]);
});

test("no phone: written for until the help ends; with a code on its way it only waits", () => {
  expect(needsOf(household({ people: [person([])] }), KNOWN)).toEqual([
    { kind: "no_phone", until: NOW + 30 * DAY },
  ]);
  const ended = [phone({ state: "revoked" }), phone({ pending: "ending" })];
  expect(kinds(household({ people: [person(ended)] }))).toEqual(["no_phone"]);
  const invitation = { id: "i" } as TeamPerson["invitation"];
  expect(kinds(household({ people: [person([], { invitation })] }))).toEqual(["invited"]);
});

test("a phone that held lines and is silent for days", () => {
  const silent = phone({ unsent: 5, last_seen: NOW - 4 * DAY });
  expect(needsOf(household({ people: [person([silent])] }), KNOWN)).toEqual([
    { kind: "stuck", unsent: 5, days: 4 },
  ]);
  expect(kinds(household({ people: [person([{ ...silent, last_seen: NOW - 2 * DAY }])] }))).toEqual([]);
  expect(kinds(household({ people: [person([{ ...silent, unsent: 0 }])] }))).toEqual([]);
});

test("nothing recorded for ten days, or never", () => {
  expect(kinds(household({ last_entry_on: "2026-11-15" }))).toEqual([]);
  expect(needsOf(household({ last_entry_on: "2026-11-14" }), KNOWN)).toEqual([{ kind: "quiet", days: 10 }]);
  expect(kinds(household({ last_entry_on: null }))).toEqual(["never"]);
});

test("a help that is over says so, and nothing of a diary that is not read any more", () => {
  const over = household({ help: "over", until: NOW - DAY, people: [], last_entry_on: null });
  expect(needsOf(over, KNOWN)).toEqual([{ kind: "over", until: NOW - DAY, asked: false }]);
  expect(needsOf({ ...over, help: "asked" }, KNOWN)).toEqual([
    { kind: "over", until: NOW - DAY, asked: true },
  ]);
});

test("one known by name needs nobody, but a no of the cooperative is told", () => {
  const named = household({ help: "none", people: [], last_entry_on: null });
  expect(kinds(named)).toEqual([]);
  expect(kinds(named, { declined: "Hộ này đã có" })).toEqual(["declined"]);
});

test("who waits at the door comes before whom the cooperative asks, before who was silent; the rest by code", () => {
  const make = (code: string, known: Partial<Known>, change: Partial<Known0> = {}): Household => {
    const one = household({ code, ...change });
    return { ...one, needs: needsOf(one, { ...KNOWN, ...known }) };
  };
  const all = [
    make("H001", {}),
    make("H002", {}, { last_entry_on: "2026-10-01" }),
    make("H003", { asked: 1 }),
    make("H004", {}, { people: [person([phone({ state: "waiting" })])] }),
    make("H000", {}),
  ];
  expect(all.sort(byNeed).map((one) => one.code)).toEqual(["H004", "H003", "H002", "H000", "H001"]);
});
