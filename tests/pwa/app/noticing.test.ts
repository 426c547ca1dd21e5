/** What the phone itself notices: from every phone's entries, offline, and again after each change. */
import { expect, test } from "vitest";
import { loadFarm } from "../../../pwa/src/app/farm.ts";
import { makeNoticing } from "../../../pwa/src/app/noticing.ts";
import { Desk, uuid } from "./desk.ts";

const A = "line.aaaaaaaa.";
const SPRAY = { [`${A}product`]: "Emamectin 5WG", [`${A}phi_kind`]: "days", [`${A}phi_days`]: 7 };
const plot = `plot:${uuid()}`;
const season = `season:${uuid()}`;
const where = { plots: [plot], season };

/** What the rules of waiting say; what an entry lacks by itself is no matter here. */
const ofWaits = <T extends { rule: string }>(found: readonly T[]) =>
  found.filter((one) => one.rule.startsWith("harvest_"));
const rules = (found: readonly { rule: string }[]) => ofWaits(found).map((one) => one.rule);

test("a harvest that is being written is stopped by the spray that another phone recorded", async () => {
  const desk = await Desk.open();
  const noticing = makeNoticing(desk.c);
  const draft = { doc: `entry:${uuid()}`, document: "entry", form: "CT-12" };
  const values = { ...where, happened_on: "2026-11-10" };
  expect(ofWaits(await noticing.draft({ ...draft, values }))).toEqual([]);
  await desk.pull(`entry:${uuid()}`, { form: "CT-10", happened_on: "2026-11-08", ...where, ...SPRAY });
  desk.c.bell(); // as the sync loop does when a page of the log has come
  const [early] = ofWaits(await noticing.draft({ ...draft, values }));
  expect([early?.rule, early?.facts.until, early?.facts.short]).toEqual(["harvest_early", "2026-11-15", 5]);
  expect(rules(await noticing.draft({ ...draft, values: { ...values, happened_on: "2026-11-15" } }))).toEqual(
    [],
  );
});

test("an entry that was written here counts at once, and an edit of it too", async () => {
  const desk = await Desk.open();
  const noticing = makeNoticing(desk.c);
  const harvest = await desk.entry({ ...where, happened_on: "2026-11-10" }, "CT-12");
  expect(rules(await noticing.about(harvest))).toEqual([]);
  const spray = await desk.entry({ ...where, happened_on: "2026-11-08", ...SPRAY });
  expect(rules(await noticing.about(harvest))).toContain("harvest_early");
  await desk.edit(spray, { [`${A}phi_days`]: 2 });
  expect(rules(await noticing.about(harvest))).not.toContain("harvest_early");
});

test("phones that disagree: the longer wait counts", async () => {
  const desk = await Desk.open();
  const noticing = makeNoticing(desk.c);
  const spray = `entry:${uuid()}`;
  const first = await desk.pull(spray, { form: "CT-10", happened_on: "2026-11-08", ...where, ...SPRAY });
  const group = { [`${A}product`]: "Emamectin 5WG", [`${A}phi_kind`]: "days" };
  await desk.pull(spray, { ...group, [`${A}phi_days`]: 1 }, [first]);
  await desk.pull(spray, { ...group, [`${A}phi_days`]: 14 }, [first]);
  const harvest = await desk.entry({ ...where, happened_on: "2026-11-12" }, "CT-12");
  const [early] = (await noticing.about(harvest)).filter((one) => one.rule === "harvest_early");
  expect(early?.facts.until).toBe("2026-11-22");
});

test("a running season counts down, and what is not known is said as such", async () => {
  const desk = await Desk.open();
  const noticing = makeNoticing(desk.c);
  const crop = { sector: "crop", product_name: "Cà chua", plots: [plot], started_on: "2026-10-01" };
  await desk.pull(season, crop);
  await loadFarm(desk.c);
  expect((await noticing.waits()).size).toBe(0);
  await desk.entry({ ...where, happened_on: "2026-11-08", ...SPRAY });
  expect((await noticing.waits()).get(season)).toMatchObject({ state: "days", until: "2026-11-15" });
  await desk.entry({
    ...where,
    happened_on: "2026-11-09",
    [`${A}product`]: "X",
    [`${A}phi_kind`]: "unknown",
  });
  expect((await noticing.waits()).get(season)).toMatchObject({ state: "unknown", product: "X" });
});

test("the store adds up what both phones wrote, at once after a line was written here", async () => {
  const desk = await Desk.open();
  const noticing = makeNoticing(desk.c);
  expect(await noticing.stock()).toEqual([]);
  const named = { [`${A}product`]: "Padan 95SP" };
  const bought = { form: "CT-03", happened_on: "2026-11-01", [`${A}quantity`]: { amount: "1", unit: "kg" } };
  await desk.pull(`entry:${uuid()}`, { ...named, ...bought });
  desk.c.bell();
  await desk.entry({ ...where, ...named, [`${A}total_used`]: { amount: "300", unit: "g" } });
  const [one] = await noticing.stock();
  expect([one?.line.name, one?.line.left.get("g"), one?.incoming.length]).toEqual([
    "Padan 95SP",
    700_000_000_000n,
    1,
  ]);
});

test("a season's book says what it lacks and where it is silent, at once after a line was written here", async () => {
  const desk = await Desk.open();
  const noticing = makeNoticing(desk.c);
  expect(await noticing.book(season, "2026-11-28")).toBeNull();
  const crop = { sector: "crop", product_name: "Cà chua", standard: "vietgap", plots: [plot] };
  await desk.pull(season, { ...crop, started_on: "2026-11-01" });
  desk.c.bell();
  const lacks = async () => {
    const found = await noticing.book(season, "2026-11-28");
    const missing = found?.pieces.filter((one) => one.state === "missing").map((one) => one.code);
    return [missing, found?.gaps];
  };
  const silent = [{ begin: "2026-11-01", end: "2026-11-28", days: 27 }];
  expect(await lacks()).toEqual([["soil", "water", "seed", "training", "inspection"], silent]);
  await desk.entry({ ...where, happened_on: "2026-11-12" }, "CT-02");
  expect(await lacks()).toEqual([["soil", "water", "training", "inspection"], []]);
  expect((await noticing.inspected("2026-11-28")).map((one) => [one.kind, one.when])).toEqual([
    ["inspection", "never"],
  ]);
});
