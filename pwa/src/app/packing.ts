/**
 * The packing house on the phone: the lots of the cooperative's own log, and what is recorded of them without coverage.
 *
 * Balances are the cooperative's pages' matter; what does not add up is named there. Source: PROTOCOL §36.
 */
import { isCivilDate } from "../core/civil.ts";
import { newCode } from "../core/codes.ts";
import { mayWrite } from "../core/rights.ts";
import { AMOUNT, toBase } from "../core/units.ts";
import type { DocRow, Values } from "../store/rows.ts";
import { saveOps } from "../store/save.ts";
import { randomBytes } from "../store/world.ts";
import { inUnit } from "./amounts.ts";
import { type Context, listIn, me, member, newId, textIn } from "./context.ts";
import type { Packing, PackingKind, PackingLot, PackingResult, PackingSaid, PackingStep } from "./types.ts";

const OVER: readonly string[] = ["closed"];
const STEPS = 20; // our choice
const LINES = [..."abcdefgh"].map((letter) => `aaaaaaa${letter}`);
const LINE = "aaaaaaaa";
const CODE_BYTES = 5;

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
            ware: text(row.values.product),
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
        const amount = member(row.values, `in.${LINE}.amount`) ?? member(row.values, `out.${LINE}.amount`);
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
      const { world } = c.store;
      const fresh = { doc: `lot:${newId(c)}`, code: newCode(randomBytes(world, CODE_BYTES)) };
      const made = eventOf(lot, kind, said, fresh);
      if (typeof made === "string") return { ok: false, problem: made };
      const scope = await scopeOf();
      const who = me(c);
      if (who === null || scope === "" || c.store.newer !== null) return { ok: false, problem: "not_saved" };
      const set: Values = { kind, happened_on: said.day, ...made.set };
      const event = { scope, doc: `lot_event:${newId(c)}`, after: [], set, private: made.hidden };
      const first = made.lot && { scope, doc: fresh.doc, after: [], set: made.lot, private: {} };
      const saved = await saveOps(c.store, who, first ? [first, event] : [event]).catch(() => ({
        ok: false,
      }));
      if (!saved.ok) return { ok: false, problem: "not_saved" };
      c.bell();
      c.kick();
      return { ok: true, code: made.lot ? fresh.code : "" };
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

/** What an event says; `lot`: the first op of the lot that it makes. */
type Made = { readonly set: Values; readonly hidden: Values; readonly lot?: Values };
type Wrong = Exclude<PackingResult, { ok: true }>["problem"];
type Fresh = { readonly doc: string; readonly code: string };

const line = (side: string, lot: string, of: object, n = 0): Values => ({
  [`${side}.${LINES[n]}.lot`]: lot,
  [`${side}.${LINES[n]}.amount`]: of as Values,
});

/** What an event of a lot says, or which field is wrong. `fresh`: what a lot that it makes is called. */
export function eventOf(lot: PackingLot, kind: PackingKind, said: PackingSaid, fresh: Fresh): Made | Wrong {
  const amount = amountOf(said.amount, lot.unit);
  if (amount === null) return "amount";
  if (!isCivilDate(said.day)) return "day";
  if (kind === "split") return partOf(lot, amount, said, fresh);
  if (kind === "merge") return mergeOf(lot, amount, said, fresh);
  return stayOf(lot, kind, said, amount);
}

const lotOf = (lot: PackingLot, said: PackingSaid, fresh: Fresh): Values => ({
  product: lot.ware,
  code: fresh.code,
  happened_on: said.day,
});

/** A part of a lot becomes a lot of its own; the rest stays where it is. */
function partOf(lot: PackingLot, amount: Amount, said: PackingSaid, fresh: Fresh): Made {
  const set = { ...line("in", lot.doc, amount.value), ...line("out", fresh.doc, amount.value) };
  return { set, hidden: {}, lot: lotOf(lot, said, fresh) };
}

/** Parts of several lots become one new lot. */
function mergeOf(lot: PackingLot, amount: Amount, said: PackingSaid, fresh: Fresh): Made | Wrong {
  const taken = Object.entries(said.others).filter(([, typed]) => typed.trim() !== "");
  if (taken.length === 0) return "none";
  if (taken.length >= LINES.length) return "many";
  const set = line("in", lot.doc, amount.value);
  let whole = amount.size;
  for (const [n, [doc, typed]] of taken.entries()) {
    const part = amountOf(typed, lot.unit);
    if (part === null) return "amount";
    whole += part.size;
    Object.assign(set, line("in", doc, part.value, n + 1));
  }
  const sum = { amount: inUnit(whole, lot.unit), unit: lot.unit };
  return { set: { ...set, ...line("out", fresh.doc, sum) }, hidden: {}, lot: lotOf(lot, said, fresh) };
}

/** What makes no other lot. */
function stayOf(lot: PackingLot, kind: PackingKind, said: PackingSaid, amount: Amount): Made | Wrong {
  if (kind === "pack") {
    const packs = Number(said.packs);
    if (!Number.isInteger(packs) || packs < 1 || packs > 1_000_000) return "packs";
    const whole = { amount: inUnit(amount.size * packs, lot.unit), unit: lot.unit };
    return { set: { packs, pack_size: amount.value, ...line("in", lot.doc, whole) }, hidden: {} };
  }
  if (kind === "handle") {
    const out = amountOf(said.out, lot.unit);
    if (out === null) return "amount";
    if (out.size > amount.size) return "more";
    return { set: { ...line("in", lot.doc, amount.value), ...line("out", lot.doc, out.value) }, hidden: {} };
  }
  if (kind === "loss" && said.reason.trim() === "") return "reason";
  const reason: Values = said.reason.trim() === "" ? {} : { reason: said.reason.trim() };
  const place: Values = kind === "store" && said.place.trim() !== "" ? { place: said.place.trim() } : {};
  const hidden: Values = {};
  if ((kind === "ship" || kind === "return") && said.buyer.trim() !== "") hidden.buyer = said.buyer.trim();
  if (kind === "ship" && said.vehicle.trim() !== "") hidden.vehicle = said.vehicle.trim();
  const side = kind === "return" ? "out" : "in";
  return { set: { ...reason, ...place, ...line(side, lot.doc, amount.value) }, hidden };
}
