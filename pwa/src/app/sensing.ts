/**
 * Máy đo: the last values of the farm's sensors, charts, and a reading taken into the diary.
 *
 * Readings themselves are never pulled: what is here is what the server made of them, kept for days without coverage.
 * What comes from outside is read anew each time. Source: PROTOCOL §41.
 */
import { msToDate } from "../core/civil.ts";
import type { Engine } from "../engine/sync.ts";
import { call } from "../net/api.ts";
import { originOf } from "../store/save.ts";
import { sensorsKey, seriesKey } from "../store/sensing.ts";
import { type Context, listIn, me, member, textIn } from "./context.ts";
import type { Drafts, Measured, Sensing, SensorRow, Series, Values } from "./types.ts";

const FORM = "TS-07";
const TOGETHER_MS = 15 * 60_000; // our choice: what one sensor measured within a quarter of an hour is one look

export function makeSensing(c: Context, engine: Engine, drafts: Drafts): Sensing {
  const device = (): string => c.current.value?.device ?? "";
  const kept = async (key: string): Promise<unknown> =>
    device() === "" ? undefined : (await c.store.use((db) => db.meta.get(key)))?.value;
  const list = async (): Promise<readonly SensorRow[]> => {
    const farm = c.farm.value?.scope.slice("farm:".length);
    const told = listIn(member(await kept(sensorsKey(device())), "data"), "sensors");
    return told.map(toSensor).filter((one) => one.id !== "" && one.farm === farm);
  };
  return {
    list,
    async alarms() {
      const found: { sensor: SensorRow; measured: Measured | null }[] = [];
      for (const sensor of await list()) {
        for (const measured of sensor.measures)
          if (measured.verdict === "low" || measured.verdict === "high") found.push({ sensor, measured });
        if (sensor.silentMs > 0) found.push({ sensor, measured: null });
      }
      return found;
    },
    async series(sensor, measure, span) {
      const key = seriesKey(device(), `${sensor} ${measure} ${span}`);
      const who = me(c);
      if (who !== null) {
        const token = await engine.sessions.open(c.store.world, who, await c.store.use(originOf));
        const path = `/api/v1/sensors/${sensor}/${measure}/${span}`;
        const reply = typeof token === "string" ? await call(c.store.world, path, null, token) : null;
        if (reply?.kind === "ok") {
          const value = { at: c.store.world.now(), data: reply.data };
          if (c.store.newer === null)
            await c.store.use((db) => db.meta.put({ key, value })).catch(() => null);
          return toSeries(value);
        }
      }
      return toSeries(await kept(key));
    },
    async heardAt() {
      const at = member(await kept(sensorsKey(device())), "at");
      return typeof at === "number" ? at : null;
    },
    mayTake: () => c.farm.value?.write === true,
    take(sensor) {
      const newest = Math.max(...sensor.measures.map((one) => one.at));
      const at = new Date(newest);
      const values: Values = {
        happened_on: String(msToDate(newest, -at.getTimezoneOffset())),
        measured_at: `${two(at.getHours())}:${two(at.getMinutes())}`,
        measured_with: "sensor",
        sensor: sensor.id,
        sensor_at: newest,
      };
      for (const one of sensor.measures) {
        if (one.field === "" || newest - one.at > TOGETHER_MS) continue;
        values[one.field] = { amount: amountOf(one.value, one.decimals), unit: one.unitCode };
      }
      const season = c.seasons.value.find((one) => one.running && one.plots.includes(sensor.plot))?.doc;
      const about = season === undefined ? {} : { season };
      return drafts.create({ form: FORM, plots: sensor.plot === "" ? [] : [sensor.plot], values, ...about });
    },
  };
}

const two = (n: number): string => String(n).padStart(2, "0");

/** Thousandths as people write them, to so many decimals and without zeros at the end: 7350 is "7.4" to one. */
export function amountOf(thousandths: number, decimals: number): string {
  const step = 10 ** (3 - Math.min(3, decimals));
  const size = Math.max(0, Math.round(thousandths / step) * step); // no field of the form is below zero
  const rest = String(size % 1000)
    .padStart(3, "0")
    .replace(/0+$/, "");
  return rest === "" ? `${Math.floor(size / 1000)}` : `${Math.floor(size / 1000)}.${rest}`;
}

const numberIn = (x: unknown, name: string): number => {
  const found = member(x, name);
  return typeof found === "number" ? found : 0;
};
const boundIn = (x: unknown, name: string): number | null => {
  const found = member(x, name);
  return typeof found === "number" ? found : null;
};

function toSensor(x: unknown): SensorRow {
  return {
    id: textIn(x, "id"),
    farm: textIn(x, "farm"),
    plot: textIn(x, "plot"),
    plotName: textIn(x, "plot_name"),
    kind: textIn(x, "kind"),
    name: textIn(x, "name"),
    silentMs: numberIn(x, "silent_ms"),
    measures: listIn(x, "measures").map(toMeasured),
  };
}

function toMeasured(x: unknown): Measured {
  const said = textIn(x, "verdict");
  const name = member(x, "name");
  return {
    code: textIn(x, "code"),
    name: { vi: textIn(name, "vi"), en: textIn(name, "en") },
    unit: textIn(x, "unit"),
    decimals: Math.min(6, Math.max(0, numberIn(x, "decimals"))),
    field: textIn(x, "field"),
    unitCode: textIn(x, "unit_code"),
    at: numberIn(x, "at"),
    value: numberIn(x, "value"),
    verdict: said === "low" || said === "high" || said === "good" ? said : "",
    low: boundIn(x, "low"),
    high: boundIn(x, "high"),
    days: listIn(x, "days").flatMap((one): Measured["days"] => {
      const [day, low, mean, high] = Array.isArray(one) ? (one as unknown[]) : [];
      const isDay = typeof day === "string" && typeof mean === "number";
      return isDay && typeof low === "number" && typeof high === "number" ? [[day, low, mean, high]] : [];
    }),
  };
}

function toSeries(x: unknown): Series | null {
  const data = member(x, "data");
  const numbers = (name: string): number[] =>
    listIn(data, name).filter((one): one is number => typeof one === "number");
  const [at, mean, low, high] = ["at", "mean", "low", "high"].map(numbers);
  if (at === undefined || mean === undefined || low === undefined || high === undefined) return null;
  if (typeof member(x, "at") !== "number" || [mean, low, high].some((one) => one.length !== at.length))
    return null;
  return { at: numberIn(x, "at"), columns: { step: numberIn(data, "step"), at, mean, low, high } };
}
