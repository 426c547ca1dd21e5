/** From what a clerk said to the fields of a sale: pure; says which field is to blame. */
import { totalOf } from "../core/sales.ts";
import { toBase } from "../core/units.ts";
import type { Value, Values } from "../store/rows.ts";
import { inUnit } from "./amounts.ts";
import type { TillAmount, TillSaid, TillWorked } from "./types.ts";

/** What a sale comes to, with its public and its private fields. */
export function workOut(said: TillSaid): TillWorked {
  const net = netOf(said.weighed, said.tare);
  if (typeof net === "string") return { ok: false, problem: net };
  const price = { dong: Number(said.price?.amount ?? Number.NaN), per: said.price?.unit ?? "" };
  const deductions = deductionsOf(said);
  const total = totalOf(net, price, deductions);
  if ("field" in total) return { ok: false, problem: total.field };
  if (said.product.trim() === "" && said.lot === "") return { ok: false, problem: "product" };
  const set: Values = {
    direction: said.direction,
    amount: { ...net },
    pay: said.pay,
    paid: paidOf(said.pay),
  };
  if (said.product.trim() !== "") set.product = said.product.trim();
  if (said.lot !== "") set.lot = said.lot;
  if (said.farm !== "") set.farm = `farm:${said.farm}`;
  if (said.corrects !== "") set.corrects = said.corrects;
  const hidden: Values = { price, total: total.dong };
  if (said.party.trim() !== "") hidden.party = said.party.trim();
  if (deductions.length > 0) hidden.deductions = deductions;
  if (said.tare !== null && said.weighed !== null) hidden.weighed = { ...said.weighed };
  return { ok: true, set, hidden, dong: total.dong, net };
}

/** Cash changed hands at once; a code or a transfer is claimed until a person confirms; credit is owed. */
const paidOf = (pay: TillSaid["pay"]): string =>
  pay === "cash" ? "confirmed" : pay === "credit" ? "unpaid" : "claimed";

function netOf(weighed: TillAmount | null, tare: TillAmount | null): TillAmount | "amount" | "tare" {
  if (weighed === null) return "amount";
  const size = toBase(weighed.amount, weighed.unit);
  if (typeof size !== "number" || size === 0) return "amount";
  if (tare === null) return weighed;
  const off = toBase(tare.amount, tare.unit);
  if (typeof off !== "number" || off >= size) return "tare";
  return { amount: inUnit(size - off, weighed.unit), unit: weighed.unit };
}

function deductionsOf(said: TillSaid): Value[] {
  const found: Value[] = [];
  if (said.moisture !== "") found.push({ kind: "moisture", percent: said.moisture });
  if (said.impurity !== "") found.push({ kind: "impurity", percent: said.impurity });
  if (said.other !== "") found.push({ kind: "other", dong: Number(said.other) });
  return found;
}

/** What was said, from a sale that stands: to correct it, or to begin the next one like it. */
export function saidOf(
  values: Values,
  amount: TillAmount | null,
): Omit<TillSaid, "direction" | "pay" | "corrects"> {
  const text = (name: string): string => (typeof values[name] === "string" ? String(values[name]) : "");
  const deductions = Array.isArray(values.deductions) ? values.deductions : [];
  const off = (kind: string, name: "percent" | "dong"): string => {
    const line = deductions.find((one) => part(one, "kind") === kind);
    const value = part(line, name);
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  const dong = part(values.price, "dong");
  const per = part(values.price, "per");
  return {
    farm: text("farm").replace(/^farm:/, ""),
    party: text("party"),
    lot: text("lot"),
    product: text("product"),
    weighed: amount,
    tare: null,
    price: typeof dong === "number" && typeof per === "string" ? { amount: String(dong), unit: per } : null,
    moisture: off("moisture", "percent"),
    impurity: off("impurity", "percent"),
    other: off("other", "dong"),
  };
}

const part = (value: Value | undefined, name: string): Value | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value[name] : undefined;
