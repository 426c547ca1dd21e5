/**
 * What the packing house signs on the pages of lots: a new lot, what happens to lots, their states, recalls.
 *
 * The page carries what is left and what may follow; what would not add up is said beside the field and not signed.
 * Source: PROTOCOL §36.
 */
import { isCivilDate } from "../core/civil.ts";
import { makeUuid7 } from "../core/ids.ts";
import { AMOUNT, toBase } from "../core/units.ts";
import type { Value } from "../core/values.ts";
import type { Desk, Statement } from "./desk.ts";
import { decimal } from "./labelling.ts";
import { all, objectIn, one } from "./page.ts";
import { labels, voiding } from "./printing.ts";

type Wrong = "none" | "amount" | "over" | "units" | "day" | "reason" | "packs";
type Fields = Record<string, Value>;
type Made = Statement[] | Wrong;

const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
const DAYS: readonly string[] = ["happened_on", "decided_on"];
const BASE_UNITS: Readonly<Record<string, string>> = { g: "g", ml: "ml", count: "cai" };

/** The ops that a form of a lot signs; none where a field is wrong, and the form then says which. */
export function lotting(desk: Desk, form: HTMLFormElement): Statement[] {
  const made = MAKERS[form.dataset.lot ?? ""]?.(desk, form) ?? "none";
  const wrong = typeof made === "string" ? made : null;
  one("[data-wrong]", form)?.toggleAttribute("hidden", wrong === null);
  for (const part of all("[data-wrong-part]", form)) part.hidden = part.dataset.wrongPart !== wrong;
  return typeof made === "string" ? [] : made;
}

const MAKERS: Readonly<Record<string, (desk: Desk, form: HTMLFormElement) => Made>> = {
  make,
  state: (_desk, form) => [onLot(form, { state: form.dataset.state ?? "" })],
  publish: (_desk, form) => [onLot(form, objectIn(form.dataset.set) as Fields)], // the server wrote it from its views
  recall,
  parts,
  merge,
  pack,
  handle,
  take,
  back,
  sell,
  undo,
  labels,
  voiding,
};

/** A line's id within a new document: lines of one document only have to differ. */
export function lineId(n: number): string {
  return `aaaaaa${LETTERS[n >> 5] ?? "a"}${LETTERS[n & 31] ?? "a"}`;
}

/** An amount that somebody typed; null for what is none or nothing. */
export function amountOf(text: string, unit: string): { value: Fields; size: number } | null {
  const amount = decimal(text.trim());
  if (!AMOUNT.test(amount)) return null;
  const size = toBase(amount, unit);
  return typeof size === "number" && size > 0 ? { value: { amount, unit }, size } : null;
}

function onLot(form: HTMLFormElement, set: Fields): Statement {
  const { scope = "", doc = "", after = "" } = form.dataset;
  return { scope, doc, after: after === "" ? [] : after.split(" "), set, private: {} };
}

function fresh(desk: Desk, form: HTMLFormElement, type: string, set: Fields, hidden: Fields = {}): Statement {
  const uuid = makeUuid7(desk.now(), desk.crypto.getRandomValues(new Uint8Array(10)));
  return { scope: form.dataset.scope ?? "", doc: `${type}:${uuid}`, after: [], set, private: hidden };
}

function textOf(form: ParentNode, name: string): string {
  const field = one<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>(`[name=${name}]`, form);
  const text = field?.value.normalize("NFC").trim() ?? "";
  return DAYS.includes(name) ? dayOf(text) : text;
}

/** The civil date that somebody typed as "28/11/2026" or "2026-11-28"; an empty text for none. */
export function dayOf(text: string): string {
  const found = /^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})$/.exec(text);
  const day =
    found === null ? text : `${found[3]}-${found[2]?.padStart(2, "0")}-${found[1]?.padStart(2, "0")}`;
  return isCivilDate(day) ? day : "";
}

/** The fields that are filled in. */
function filled(form: HTMLFormElement, ...names: readonly string[]): Fields {
  const said = names.map((name): [string, string] => [name, textOf(form, name)]);
  return Object.fromEntries(said.filter(([, text]) => text !== ""));
}

function line(side: string, n: number, lot: string, amount: Fields): Fields {
  return { [`${side}.${lineId(n)}.lot`]: lot, [`${side}.${lineId(n)}.amount`]: amount };
}

/** What the form takes of its own lot: an amount that is left there. */
function taken(form: HTMLFormElement): { value: Fields; size: number } | Wrong {
  const amount = amountOf(textOf(form, "amount"), form.dataset.unit ?? "");
  if (amount === null) return "amount";
  return amount.size > Number(form.dataset.left ?? "0") ? "over" : amount;
}

function make(desk: Desk, form: HTMLFormElement): Made {
  const set: Fields = { ...filled(form, "product", "happened_on"), code: form.dataset.code ?? "" };
  if (set.happened_on === undefined) return "day";
  const boxes = all<HTMLInputElement>("input[name=source]:checked", form);
  if (boxes.length === 0 || set.product === undefined) return "none";
  if (new Set(boxes.map((box) => box.dataset.base)).size > 1) return "units";
  for (const [n, box] of boxes.entries()) {
    const { farm = "", entry = "", heads = "", unit = "", left = "0" } = box.dataset;
    const amount = amountOf(textOf(form, `amount_${box.value}`), unit);
    if (amount === null) return "amount";
    if (amount.size > Number(left)) return "over";
    const named: Fields = { farm, entry, heads: heads.split(" "), amount: amount.value };
    for (const [name, value] of Object.entries(named)) set[`source.${lineId(n)}.${name}`] = value;
  }
  const made = fresh(desk, form, "lot", set);
  form.dataset.next = `/htx/lo/${made.doc.slice("lot:".length)}`;
  return [made];
}

/** A lot taken apart, split or graded: new lots, then the event that they came of. */
function parts(desk: Desk, form: HTMLFormElement): Made {
  const amount = taken(form);
  if (typeof amount === "string") return amount;
  const day = textOf(form, "happened_on");
  if (day === "") return "day";
  const codes = (form.dataset.codes ?? "").split(" ");
  const rows = all("[data-out]", form).filter((row) => textOf(row, "out_amount") !== "");
  if (rows.length === 0) return "amount";
  const event: Fields = {
    ...filled(form, "kind", "happened_on", "reason"),
    ...line("in", 0, form.dataset.doc ?? "", amount.value),
  };
  const lots: Statement[] = [];
  let sum = 0;
  for (const [n, row] of rows.entries()) {
    const out = amountOf(textOf(row, "out_amount"), form.dataset.unit ?? "");
    if (out === null) return "amount";
    sum += out.size;
    const set = { product: textOf(row, "out_product"), code: codes[n] ?? "", happened_on: day };
    const lot = fresh(desk, form, "lot", set);
    lots.push(lot);
    Object.assign(event, line("out", n, lot.doc, out.value));
  }
  return sum > amount.size ? "over" : [...lots, fresh(desk, form, "lot_event", event)];
}

/** Several lots into one new lot: their goods together, less what was lost. */
function merge(desk: Desk, form: HTMLFormElement): Made {
  const own = taken(form);
  if (typeof own === "string") return own;
  const day = textOf(form, "happened_on");
  if (day === "") return "day";
  const boxes = all<HTMLInputElement>("input[name=other]:checked", form);
  if (boxes.length === 0) return "none";
  const event: Fields = {
    kind: "merge",
    ...filled(form, "happened_on", "reason"),
    ...line("in", 0, form.dataset.doc ?? "", own.value),
  };
  let sum = own.size;
  for (const [n, box] of boxes.entries()) {
    const amount = amountOf(textOf(form, `amount_${box.dataset.place ?? ""}`), form.dataset.unit ?? "");
    if (amount === null) return "amount";
    if (amount.size > Number(box.dataset.left ?? "0")) return "over";
    sum += amount.size;
    Object.assign(event, line("in", n + 1, box.value, amount.value));
  }
  const out = amountOf(textOf(form, "out_amount"), form.dataset.unit ?? "");
  if (out === null) return "amount";
  if (out.size > sum) return "over";
  const code = (form.dataset.codes ?? "").split(" ")[0] ?? "";
  const lot = fresh(desk, form, "lot", { product: textOf(form, "out_product"), code, happened_on: day });
  form.dataset.next = `/htx/lo/${lot.doc.slice("lot:".length)}`;
  return [lot, fresh(desk, form, "lot_event", { ...event, ...line("out", 0, lot.doc, out.value) })];
}

function pack(desk: Desk, form: HTMLFormElement): Made {
  const size = amountOf(textOf(form, "pack_size"), form.dataset.unit ?? "");
  const packs = Number(textOf(form, "packs"));
  if (size === null) return "amount";
  if (!Number.isInteger(packs) || packs < 1 || packs > 1_000_000) return "packs";
  const whole = size.size * packs;
  if (whole > Number(form.dataset.left ?? "0")) return "over";
  const unit = BASE_UNITS[form.dataset.base ?? ""] ?? "cai";
  const set = { ...filled(form, "happened_on", "place"), kind: "pack", packs, pack_size: size.value };
  if (textOf(form, "happened_on") === "") return "day";
  return [
    fresh(desk, form, "lot_event", {
      ...set,
      ...line("in", 0, form.dataset.doc ?? "", { amount: String(whole), unit }),
    }),
  ];
}

/** Washed, dried, sorted, and still the same lot: what is missing afterwards was lost. */
function handle(desk: Desk, form: HTMLFormElement): Made {
  const amount = taken(form);
  if (typeof amount === "string") return amount;
  const out = amountOf(textOf(form, "out_amount"), form.dataset.unit ?? "");
  if (out === null) return "amount";
  if (out.size > amount.size) return "over";
  const doc = form.dataset.doc ?? "";
  const set = { kind: "handle", ...filled(form, "happened_on", "place", "reason") };
  if (textOf(form, "happened_on") === "") return "day";
  return [
    fresh(desk, form, "lot_event", {
      ...set,
      ...line("in", 0, doc, amount.value),
      ...line("out", 0, doc, out.value),
    }),
  ];
}

/** Stored, shipped, lost or destroyed: an amount of this lot. */
function take(desk: Desk, form: HTMLFormElement): Made {
  const amount = taken(form);
  if (typeof amount === "string") return amount;
  if (textOf(form, "happened_on") === "") return "day";
  if (form.dataset.reasoned !== undefined && textOf(form, "reason") === "") return "reason";
  const set = filled(form, "kind", "happened_on", "place", "reason");
  const hidden = filled(form, "buyer", "place_detail", "vehicle");
  return [
    fresh(
      desk,
      form,
      "lot_event",
      { ...set, ...line("in", 0, form.dataset.doc ?? "", amount.value) },
      hidden,
    ),
  ];
}

function back(desk: Desk, form: HTMLFormElement): Made {
  const amount = amountOf(textOf(form, "amount"), form.dataset.unit ?? "");
  if (amount === null) return "amount";
  if (amount.size > Number(form.dataset.delivered ?? "0")) return "over";
  if (textOf(form, "happened_on") === "") return "day";
  const set = { kind: "return", ...filled(form, "happened_on", "reason") };
  const hidden = filled(form, "buyer");
  return [
    fresh(
      desk,
      form,
      "lot_event",
      { ...set, ...line("out", 0, form.dataset.doc ?? "", amount.value) },
      hidden,
    ),
  ];
}

function sell(desk: Desk, form: HTMLFormElement): Made {
  const amount = taken(form);
  if (typeof amount === "string") return amount;
  if (textOf(form, "happened_on") === "") return "day";
  const set = {
    lot: form.dataset.doc ?? "",
    amount: amount.value,
    ...filled(form, "happened_on", "channel"),
  };
  return [fresh(desk, form, "sale", set, filled(form, "buyer", "phone", "price"))];
}

/** Something that was recorded and never happened. */
function undo(desk: Desk, form: HTMLFormElement): Made {
  const { corrects = "", kind = "", doc = "", day = "" } = form.dataset;
  const reason = filled(form, "reason");
  if (reason.reason === undefined) return "reason";
  const set: Fields = { happened_on: day, corrects, corrects_because: "did_not_occur", ...reason };
  if (corrects.startsWith("sale:")) return [fresh(desk, form, "sale", { ...set, lot: doc })];
  return [fresh(desk, form, "lot_event", { ...set, kind })];
}

/** One recall for every lot that is chosen, confirmed by one touch. */
function recall(_desk: Desk, form: HTMLFormElement): Made {
  const boxes = all<HTMLInputElement>("input[name=lot]:checked", form);
  if (boxes.length === 0) return "none";
  const said = filled(form, "reason", "notice_vi", "notice_en", "decided_on", "treatment");
  if (said.reason === undefined || said.notice_vi === undefined) return "reason";
  if (said.decided_on === undefined) return "day";
  const { scope = "" } = form.dataset;
  return boxes.map((box) => ({
    scope,
    doc: box.value,
    after: (box.dataset.after ?? "").split(" ").filter(Boolean),
    set: { state: "recalled", recall: said },
    private: {},
  }));
}
