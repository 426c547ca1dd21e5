/**
 * The packing house on the phone: the lots of the cooperative's own log, and what is recorded of them without coverage.
 *
 * Balances are the cooperative's pages' matter; what does not add up is named there. Source: PROTOCOL §36.
 */
import { msToDate } from "../core/civil.ts";
import { mayWrite } from "../core/rights.ts";
import { AMOUNT, toBase } from "../core/units.ts";
import type { DocRow, Values } from "../store/rows.ts";
import { saveOps } from "../store/save.ts";
import { type Context, listIn, me, member, newId, textIn } from "./context.ts";
import type { Packing, PackingKind, PackingLot, PackingResult, PackingSaid, PackingStep } from "./types.ts";

const OVER: readonly string[] = ["closed"];
const STEPS = 20; // our choice
const LINE = "aaaaaaaa";

const text = (value: unknown): string => (typeof value === "string" ? value : "");

export function makePacking(c: Context): Packing {
  const scopeOf = async (): Promise<string> => {
    const device = c.current.value?.device ?? "";
    const role = textIn(member(c.reference.value, "me"), "role");
    if (!mayWrite(role, "org", "lot_event", { first: true })) return "";
    const seen = await c.store.use((db) => db.access.where("device").equals(device).toArray());
    return seen.find((one) => one.scope.startsWith("org:") && one.write)?.scope ?? "";
  };
  const rowsOf = async (type: string): Promise<DocRow[]> => {
    const scope = await scopeOf();
    const rows = await c.store.use((db) =>
      db.docs
        .where("[scope+type+sort]")
        .between([scope, type, ""], [scope, type, "\uffff"])
        .reverse()
        .toArray(),
    );
    return rows.filter((row) => !row.deleted);
  };
  return {
    isOpen: async () => (await scopeOf()) !== "",
    async lots() {
      const [rows, events] = [await rowsOf("lot"), await rowsOf("lot_event")];
      const products = listIn(c.reference.value, "own_products");
      return rows
        .filter((row) => !OVER.includes(text(row.values.state)))
        .map((row): PackingLot => {
          const found = products.find((one) => textIn(one, "id") === text(row.values.product));
          return {
            doc: row.doc,
            code: text(row.values.code),
            product: textIn(found, "name_vi"),
            day: text(row.values.happened_on),
            unit: unitOf(row, events),
            recalled: typeof row.values.recall === "object" && row.values.recall !== null,
          };
        });
    },
    async steps() {
      const lots = new Map((await rowsOf("lot")).map((row) => [row.doc, text(row.values.code)]));
      return (await rowsOf("lot_event")).slice(0, STEPS).map((row): PackingStep => {
        const lot = text(row.values[`in.${LINE}.lot`]) || text(row.values[`out.${LINE}.lot`]);
        const amount = member(row.values, `in.${LINE}.amount`);
        return {
          doc: row.doc,
          kind: text(row.values.kind),
          day: text(row.values.happened_on),
          code: lots.get(lot) ?? "",
          amount: amount === undefined ? "" : `${textIn(amount, "amount")} ${textIn(amount, "unit")}`,
          state: row.state,
        };
      });
    },
    async record(lot, kind, said) {
      const made = eventOf(lot, kind, said);
      if (typeof made === "string") return { ok: false, problem: made };
      const scope = await scopeOf();
      const who = me(c);
      if (who === null || scope === "" || c.store.newer !== null) return { ok: false, problem: "not_saved" };
      const set: Values = { kind, happened_on: msToDate(c.store.world.now()), ...made.set };
      const op = { scope, doc: `lot_event:${newId(c)}`, after: [], set, private: made.hidden };
      const saved = await saveOps(c.store, who, [op]).catch(() => ({ ok: false }));
      if (!saved.ok) return { ok: false, problem: "not_saved" };
      c.bell();
      c.kick();
      return { ok: true };
    },
  };
}

/** The unit of what a lot is made of, or of the event that made it; kg where nothing says so. */
function unitOf(lot: DocRow, events: readonly DocRow[]): string {
  for (const [name, value] of Object.entries(lot.values))
    if (/^source\.[a-z2-7]{8}\.amount$/.test(name)) return textIn(value, "unit") || "kg";
  for (const event of events)
    for (const [name, value] of Object.entries(event.values))
      if (/^out\.[a-z2-7]{8}\.lot$/.test(name) && value === lot.doc)
        return textIn(event.values[name.replace(/lot$/, "amount")], "unit") || "kg";
  return "kg";
}

interface Amount {
  readonly value: { amount: string; unit: string };
  readonly size: number;
}

function amountOf(typed: string, unit: string): Amount | null {
  const amount = typed
    .trim()
    .replace(",", ".")
    .replace(/^0+(?=[0-9])/, "");
  const size = AMOUNT.test(amount) ? toBase(amount, unit) : 0;
  if (typeof size !== "number" || size === 0) return null;
  return { value: { amount, unit }, size };
}

/** Whole base units as decimal text of a unit: 75000 g in kg is "75". */
export function inUnit(size: number, unit: string): string {
  const factor = toBase("1", unit);
  const one = typeof factor === "number" && factor > 0 ? factor : 1;
  const digits = String(one + (size % one)).slice(1); // units are powers of ten of their base
  const rest = one > 1 ? digits.replace(/0+$/, "") : "";
  return rest === "" ? String(Math.floor(size / one)) : `${Math.floor(size / one)}.${rest}`;
}

type Made = { readonly set: Values; readonly hidden: Values };

/** What an event of a lot says, or which field is wrong. */
export function eventOf(
  lot: PackingLot,
  kind: PackingKind,
  said: PackingSaid,
): Made | Exclude<PackingResult, { ok: true }>["problem"] {
  const amount = amountOf(said.amount, lot.unit);
  if (amount === null) return "amount";
  const line = (side: string, of: object): Values => ({
    [`${side}.${LINE}.lot`]: lot.doc,
    [`${side}.${LINE}.amount`]: of as Values,
  });
  if (kind === "pack") {
    const packs = Number(said.packs);
    if (!Number.isInteger(packs) || packs < 1 || packs > 1_000_000) return "packs";
    const whole = { amount: inUnit(amount.size * packs, lot.unit), unit: lot.unit };
    return { set: { packs, pack_size: amount.value, ...line("in", whole) }, hidden: {} };
  }
  if (kind === "handle") {
    const out = amountOf(said.out, lot.unit);
    if (out === null) return "amount";
    if (out.size > amount.size) return "more";
    return { set: { ...line("in", amount.value), ...line("out", out.value) }, hidden: {} };
  }
  if (kind === "loss" && said.reason.trim() === "") return "reason";
  const reason: Values = said.reason.trim() === "" ? {} : { reason: said.reason.trim() };
  const hidden: Values = {};
  if (kind === "ship" && said.buyer.trim() !== "") hidden.buyer = said.buyer.trim();
  if (kind === "ship" && said.vehicle.trim() !== "") hidden.vehicle = said.vehicle.trim();
  return { set: { ...reason, ...line("in", amount.value) }, hidden };
}
