/** Sensors on the phone: what the server told is read strictly, and taken into the diary as it was measured. */
import { signal } from "@preact/signals";
import { expect, test, vi } from "vitest";
import type { Context } from "../../../pwa/src/app/context.ts";
import { amountOf, makeSensing } from "../../../pwa/src/app/sensing.ts";
import type { Drafts, NewDraft } from "../../../pwa/src/app/types.ts";
import type { Engine } from "../../../pwa/src/engine/sync.ts";
import { sensorsKey, seriesKey } from "../../../pwa/src/store/sensing.ts";

const AT = 1_793_500_000_000;
const FARM = "019a0000-0000-7000-8000-000000000001";
const PLOT = "plot:019a0000-0000-7000-8000-000000000002";
const of = (code: string, value: number, more: object = {}) => ({
  code,
  name: { vi: code, en: code },
  unit: "",
  unit_code: "mg_l",
  decimals: 1,
  field: code,
  at: AT,
  value,
  verdict: "good",
  low: null,
  high: null,
  mark: "",
  days: [["2026-11-01", 1, 2, 3], ["bad"], 5],
  ...more,
});

function rig(sensors: unknown, more: Record<string, unknown> = {}) {
  const kept: Record<string, unknown> = { [sensorsKey("d")]: { at: AT, data: { sensors } }, ...more };
  const made: NewDraft[] = [];
  const drafts = {
    create: (start: NewDraft) => {
      made.push(start);
      return Promise.resolve({ ok: false, problem: "missing" });
    },
  };
  const db = { meta: { get: (key: string) => Promise.resolve({ value: kept[key] }) } };
  const context = {
    current: signal({ device: "d" }),
    farm: signal({ scope: `farm:${FARM}`, write: true }),
    seasons: signal([{ doc: "season:1", running: true, plots: [PLOT] }]),
    rows: signal([]),
    store: { use: (work: (of: unknown) => unknown) => Promise.resolve(work(db)), newer: null },
  };
  const engine = { sessions: { open: vi.fn() } };
  const sensing = makeSensing(
    context as unknown as Context,
    engine as unknown as Engine,
    drafts as unknown as Drafts,
  );
  return { sensing, made };
}

const float = (...measures: object[]) => ({
  id: "s1",
  farm: FARM,
  plot: PLOT,
  plot_name: "Ao 1",
  kind: "water",
  name: "Phao",
  silent_ms: 0,
  measures,
});

test("a reading is taken into the diary with its time, its units, and what measured it", async () => {
  const { sensing, made } = rig([
    float(
      of("ph", 7_349),
      of("dissolved_oxygen", 3_100),
      of("temperature", 28_000, { at: AT - 3_600_000 }),
      of("light", 9, { field: "" }),
    ),
  ]);
  const [sensor] = await sensing.list();
  if (sensor === undefined) throw new Error("no sensor");
  await sensing.take(sensor);
  const [start] = made;
  expect(start).toMatchObject({ form: "TS-07", season: "season:1", plots: [PLOT] });
  expect(start?.values).toMatchObject({
    measured_with: "sensor",
    sensor: "s1",
    sensor_at: AT,
    ph: { amount: "7.3", unit: "mg_l" },
    dissolved_oxygen: { amount: "3.1", unit: "mg_l" },
  });
  expect(Object.keys(start?.values ?? {})).not.toContain("temperature"); // measured an hour earlier
  expect(Object.keys(start?.values ?? {})).not.toContain("");
});

test("what is outside its limits and who is silent is told, of this farm alone", async () => {
  const other = { ...float(of("ph", 1, { verdict: "low" })), id: "s2", farm: "elsewhere" };
  const { sensing } = rig([
    float(of("ph", 7_000), of("dissolved_oxygen", 2_000, { verdict: "low" })),
    other,
    { ...float(), id: "s3", silent_ms: 7_200_000 },
  ]);
  const alarms = await sensing.alarms();
  expect(alarms.map((one) => [one.sensor.id, one.measured?.code ?? null])).toEqual([
    ["s1", "dissolved_oxygen"],
    ["s3", null],
  ]);
});

test.each([[null], [{}], [[1, "x", {}, { id: 5 }]], ["none"]])(
  "what is no sensor is passed over: %j",
  async (told) => {
    const { sensing } = rig(told);
    expect(await sensing.list()).toEqual([]);
    expect(await sensing.alarms()).toEqual([]);
  },
);

test("days of another shape are left out, those that fit stay", async () => {
  const { sensing } = rig([float(of("ph", 7_000))]);
  expect((await sensing.list())[0]?.measures[0]?.days).toEqual([["2026-11-01", 1, 2, 3]]);
});

test("without coverage a chart is the one that came last; one whose columns differ in length is none", async () => {
  const columns = { step: 15, at: [1, 2], mean: [1, 2], low: [1, 2], high: [1, 2] };
  const { sensing } = rig([], {
    [seriesKey("d", "s1 ph week")]: { at: AT, data: columns },
    [seriesKey("d", "s1 ph year")]: { at: AT, data: { ...columns, low: [1] } },
  });
  expect(await sensing.series("s1", "ph", "week")).toEqual({ at: AT, columns });
  expect(await sensing.series("s1", "ph", "year")).toBeNull();
  expect(await sensing.series("s1", "ph", "month")).toBeNull();
});

test.each([
  [7_349, 1, "7.3"],
  [7_350, 1, "7.4"],
  [28_000, 1, "28"],
  [300, 2, "0.3"],
  [-127_000, 1, "0"],
  [64_600, 0, "65"],
])("thousandths %d to %d decimals are written %s", (value, decimals, text) => {
  expect(amountOf(value, decimals)).toBe(text);
});
