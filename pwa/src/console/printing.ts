/** Print runs of a lot's labels: how many, which kind, and which of them are void. Source: PROTOCOL §33. */
import { b64Encode, makeUuid7 } from "../core/ids.ts";
import { AMOUNT } from "../core/units.ts";
import type { Value } from "../core/values.ts";
import type { Desk, Statement } from "./desk.ts";
import { decimal } from "./labelling.ts";

const SEED_BYTES = 16;

function textOf(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === "string" ? value.normalize("NFC").trim() : "";
}

/** A whole number above zero that somebody typed, else null. */
function numberOf(form: HTMLFormElement, name: string): number | null {
  const text = textOf(form, name);
  return /^[1-9][0-9]{0,5}$/.test(text) ? Number(text) : null;
}

/** A new run; serials come from a seed that only the cooperative's log has. */
export function labels(desk: Desk, form: HTMLFormElement): Statement[] | "packs" | "over" | "amount" {
  const { scope = "", doc = "", left = "0", day = "" } = form.dataset;
  const count = numberOf(form, "count");
  if (count === null) return "packs";
  if (count > Number(left)) return "over";
  const amount = decimal(textOf(form, "net"));
  if (amount !== "" && !AMOUNT.test(amount)) return "amount";
  const kind = textOf(form, "kind") === "serial" ? "serial" : "lot";
  const set: Record<string, Value> = {
    lot: doc,
    kind,
    sheet: textOf(form, "sheet"),
    count,
    happened_on: day,
  };
  if (amount !== "") set.net = { amount, unit: textOf(form, "net_unit") };
  const seed = desk.crypto.getRandomValues(new Uint8Array(SEED_BYTES));
  const uuid = makeUuid7(desk.now(), desk.crypto.getRandomValues(new Uint8Array(10)));
  const hidden: Record<string, Value> = kind === "serial" ? { seed: b64Encode(seed) } : {};
  return [{ scope, doc: `label:${uuid}`, after: [], set, private: hidden }];
}

/** Labels that are spoilt or lost: their numbers beside those that were void before. */
export function voiding(_desk: Desk, form: HTMLFormElement): Statement[] | "packs" | "reason" {
  const { scope = "", doc = "", after = "", count = "0", voided = "[]" } = form.dataset;
  const first = numberOf(form, "first");
  const last = numberOf(form, "last");
  if (first === null || last === null || first > last || last > Number(count)) return "packs";
  const reason = textOf(form, "reason");
  if (reason === "") return "reason";
  const before: number[][] = JSON.parse(voided);
  const set: Record<string, Value> = { voided: [...before, [first, last]], void_reason: reason };
  return [{ scope, doc, after: after === "" ? [] : after.split(" "), set, private: {} }];
}
