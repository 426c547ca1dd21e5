/**
 * Sales: what was bought of farms and sold to buyers, what it comes to in đồng, and a day's closing.
 *
 * A sale is one document; what it says beside its goods and its day is private. Nothing is refused for what it
 * says: what does not add up is a problem, for people to look at.
 * Twin of `sync/sales.py`. Source: PROTOCOL "Sales and VietQR"; tests/vectors/sales.json.
 */
import { isCivilDate } from "./civil.ts";
import { isDoc, isScope, isUuid } from "./ids.ts";
import { divideHalfUp, toBase, UNITS } from "./units.ts";

export const DIRECTIONS = ["buy", "sell"] as const;
export const PAYS = ["cash", "transfer", "vietqr", "wallet", "credit"] as const;
export const CASHLESS: ReadonlySet<string> = new Set(["transfer", "vietqr", "wallet"]);
export const PAID = ["confirmed", "claimed", "unpaid"] as const;
export const DONG_MAX = 9_999_999_999_999;
const DEDUCTIONS_MAX = 8;
const HUNDRED = 10_000;
const TEXT_CHARS = 200;
const PERCENT = /^(0|[1-9][0-9]?)(?:\.([0-9]{1,2}))?$/;
const RECEIPT = /^[0-9A-Z]{1,8}-[0-9]{1,6}$/;
const MINUTES = /^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/;
const BASES: readonly unknown[] = ["g", "ml", "count"];

export type Direction = (typeof DIRECTIONS)[number];
export type Pay = (typeof PAYS)[number];
export type Paid = (typeof PAID)[number];
export type SaleField = "amount" | "price" | "deductions" | "total";
export type SaleProblem = SaleField | "pay" | "cash_large";

/** What can't be worked out, by the field that is to blame. */
export interface BadSale {
  readonly field: SaleField;
}

/** What goods come to. `payable`: in base units, after what was taken off in weight; đồng are whole. */
export interface Total {
  readonly size: number;
  readonly base: string;
  readonly payable: number;
  readonly gross: number;
  readonly dong: number;
}

/** A sale as its document says it; "" and null for what is missing or has not its shape. */
export interface Deal {
  readonly doc: string;
  readonly direction: Direction;
  readonly lot: string;
  readonly farm: string;
  readonly product: string;
  readonly size: number | null;
  readonly base: string;
  readonly dong: number | null;
  readonly happened_on: string;
  readonly at: string;
  readonly point: string;
  readonly receipt: string;
  readonly pay: Pay | "";
  readonly paid: Paid;
  readonly paid_on: string;
  readonly corrects: string;
  readonly isVoid: boolean;
}

/** One line of a closing. `key`: what it is the sum of; `untold`: how many have no total. */
export interface Sum {
  readonly key: readonly string[];
  readonly count: number;
  readonly size: number;
  readonly dong: number;
  readonly untold: number;
}

/** A day at a point: keys are (direction, pay, paid) and (direction, product, base). */
export interface Closing {
  readonly by_pay: readonly Sum[];
  readonly by_product: readonly Sum[];
  readonly cash_in: number;
  readonly cash_out: number;
  readonly open: readonly string[];
}

type Size = { readonly size: number; readonly base: string };
export type Fields = Readonly<Record<string, unknown>>;
const member = (x: unknown, name: string): unknown =>
  typeof x === "object" && x !== null && Object.hasOwn(x, name) ? Reflect.get(x, name) : undefined;

/**
 * What goods come to: weight less deductions, by the price, less what is taken off in đồng.
 *
 * Shape: `price` is {dong, per}; each deduction has one of `weight`, `percent` (of what the weights leave) and
 * `dong`; their order changes nothing; halves are rounded up.
 */
export function totalOf(amount: unknown, price: unknown, deductions: unknown = null): Total | BadSale {
  const goods = sizeOf(amount);
  if (goods === null || goods.size === 0) return { field: "amount" };
  const dear = member(price, "dong");
  const per = sizeOf({ amount: "1", unit: member(price, "per") });
  if (!isDong(dear) || per === null || per.base !== goods.base) return { field: "price" };
  const off = takenOff(deductions, goods.base);
  if (off === null || off.weights >= goods.size || off.percents >= HUNDRED) return { field: "deductions" };
  const left = BigInt(goods.size - off.weights) * BigInt(HUNDRED - off.percents);
  const payable = divideHalfUp(left, BigInt(HUNDRED));
  const gross = divideHalfUp(payable * BigInt(dear), BigInt(per.size));
  if (BigInt(off.dong) > gross) return { field: "deductions" };
  if (gross > BigInt(DONG_MAX)) return { field: "total" };
  return { ...goods, payable: Number(payable), gross: Number(gross), dong: Number(gross) - off.dong };
}

/** A sale from the values of its document, public and private together. */
export function parseDeal(doc: string, values: Fields, isVoid = false): Deal {
  const goods = sizeOf(values.amount);
  const { total, farm, product } = values;
  return {
    doc,
    direction: oneOf(values.direction, DIRECTIONS) || "sell",
    lot: docOf(values.lot, "lot"),
    farm: isScope(farm) && farm.startsWith("farm:") ? farm : "",
    product: typeof product === "string" && [...product].length <= TEXT_CHARS ? product : "",
    size: goods?.size ?? null,
    base: goods?.base ?? "",
    dong: isDong(total) ? total : null,
    happened_on: dateOf(values.happened_on),
    at: match(values.at, MINUTES),
    point: isUuid(values.point) ? values.point : "",
    receipt: match(values.receipt, RECEIPT),
    pay: oneOf(values.pay, PAYS),
    paid: oneOf(values.paid, PAID) || "unpaid",
    paid_on: dateOf(values.paid_on),
    corrects: docOf(values.corrects, "sale"),
    isVoid,
  };
}

/** The sales that count: none that was taken back, none that another takes the place of. */
export function standingDeals(deals: readonly Deal[]): Deal[] {
  const there = deals.filter((one) => !one.isVoid);
  const replaced = new Set(there.map((one) => one.corrects));
  return there.filter((one) => !replaced.has(one.doc));
}

/** A day's closing, of one point or ("") of all; `deals` in any order. */
export function closingOf(deals: readonly Deal[], day: string, point = ""): Closing {
  const mine = standingDeals(deals)
    .filter((one) => point === "" || one.point === point)
    .sort((a, b) => (a.doc < b.doc ? -1 : 1));
  const today = mine.filter((one) => one.happened_on === day);
  const paidOn = (one: Deal) => one.paid_on || one.happened_on;
  const cash = mine.filter((one) => one.pay === "cash" && one.paid === "confirmed" && paidOn(one) === day);
  const moved = (direction: Direction) =>
    cash.filter((one) => one.direction === direction).reduce((sum, one) => sum + (one.dong ?? 0), 0);
  return {
    by_pay: sums(today, (one) => [one.direction, one.pay, one.paid]),
    by_product: sums(today, (one) => [one.direction, one.product, one.base]),
    cash_in: moved("sell"),
    cash_out: moved("buy"),
    open: today.filter((one) => one.paid !== "confirmed").map((one) => one.doc),
  };
}

/** What does not add up; `cashMax`: from how many đồng on the tax rules want no cash, 0 for no such rule. */
export function problemsOf(deal: Deal, values: Fields, cashMax: number): readonly SaleProblem[] {
  const found: SaleProblem[] = [];
  if (deal.dong !== null) {
    const worked = totalOf(values.amount, values.price, values.deductions);
    if ("field" in worked) found.push(worked.field);
    else if (worked.dong !== deal.dong) found.push("total");
  }
  if (deal.pay === "") found.push("pay");
  if (cashMax > 0 && (deal.dong ?? 0) >= cashMax && deal.pay === "cash") found.push("cash_large");
  return found;
}

/** The next receipt number of a device: the first four characters of its id and a number from 1. */
export function nextReceipt(device: string, receipts: readonly string[]): string {
  const part = device.slice(0, 4).toUpperCase();
  const ours = receipts.filter((one) => RECEIPT.test(one) && one.startsWith(`${part}-`));
  const numbers = ours.map((one) => Number(one.slice(part.length + 1)));
  return `${part}-${Math.max(0, ...numbers) + 1}`;
}

function sums(deals: readonly Deal[], keyOf: (deal: Deal) => readonly string[]): Sum[] {
  const found = new Map<string, { key: readonly string[]; deals: Deal[] }>();
  for (const deal of deals) {
    const key = keyOf(deal);
    const name = JSON.stringify(key);
    const line = found.get(name) ?? { key, deals: [] };
    line.deals.push(deal);
    found.set(name, line);
  }
  return [...found.values()].map((line) => ({
    key: line.key,
    count: line.deals.length,
    size: line.deals.reduce((sum, one) => sum + (one.size ?? 0), 0),
    dong: line.deals.reduce((sum, one) => sum + (one.dong ?? 0), 0),
    untold: line.deals.filter((one) => one.dong === null).length,
  }));
}

/** What is taken off in base units, in hundredths of a per cent and in đồng. */
function takenOff(
  deductions: unknown,
  base: string,
): { weights: number; percents: number; dong: number } | null {
  const lines = deductions ?? [];
  if (!Array.isArray(lines) || lines.length > DEDUCTIONS_MAX) return null;
  const off = { weights: 0, percents: 0, dong: 0 };
  for (const line of lines) {
    const said = ["weight", "percent", "dong"].filter((name) => member(line, name) !== undefined);
    const weight = sizeOf(member(line, "weight"));
    const percent = hundredths(member(line, "percent"));
    const dong = member(line, "dong");
    if (said.length !== 1) return null;
    if (said[0] === "weight" && weight?.base === base) off.weights += weight.size;
    else if (said[0] === "percent" && percent !== null) off.percents += percent;
    else if (said[0] === "dong" && isDong(dong)) off.dong += dong;
    else return null;
  }
  return off;
}

function hundredths(text: unknown): number | null {
  const found = typeof text === "string" ? PERCENT.exec(text) : null;
  return found === null ? null : Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0"));
}

/** An amount in base units, and which; null where it can't be counted. */
function sizeOf(value: unknown): Size | null {
  const amount = member(value, "amount");
  const unit = member(value, "unit");
  if (typeof amount !== "string" || typeof unit !== "string") return null;
  const base = UNITS.get(unit)?.base ?? "";
  const size = toBase(amount, unit);
  return typeof size === "number" && BASES.includes(base) ? { size, base } : null;
}

const isDong = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= DONG_MAX;

const oneOf = <T extends string>(value: unknown, choices: readonly T[]): T | "" =>
  choices.find((one) => one === value) ?? "";

const match = (value: unknown, pattern: RegExp): string =>
  typeof value === "string" && pattern.test(value) ? value : "";

const dateOf = (value: unknown): string => (isCivilDate(value) ? value : "");

const docOf = (value: unknown, type: string): string =>
  isDoc(value) && value.startsWith(`${type}:`) ? value : "";
