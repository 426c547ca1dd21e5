/**
 * What is signed on a receipt's page: that it is paid or not, its correction, taking it back.
 *
 * A correction is a sale of its own that takes the other's place; its total is worked out here as on the phone.
 * Source: PROTOCOL "Sales and VietQR".
 */
import { makeUuid7 } from "../core/ids.ts";
import { totalOf } from "../core/sales.ts";
import type { Value } from "../core/values.ts";
import type { Desk, Statement } from "./desk.ts";
import { decimal } from "./labelling.ts";
import { all, objectIn, one } from "./page.ts";

type Fields = Record<string, Value>;
const HIDDEN: readonly string[] = [
  "party",
  "phone",
  "buyer",
  "note",
  "weighed",
  "price",
  "deductions",
  "total",
];

/** The ops that a form of a receipt signs; none where a field is wrong, and the form then says which. */
export function trading(desk: Desk, form: HTMLFormElement, what: string): Statement[] {
  const { scope = "", doc = "", after = "", trade = "", day = "" } = form.dataset;
  const onSale = (set: Fields): Statement[] => [
    { scope, doc, after: after === "" ? [] : after.split(" "), set, private: {} },
  ];
  if (trade === "void") return onSale({ _deleted: true });
  if (trade === "pay") {
    const pay = one<HTMLSelectElement>("select[name=pay]", form)?.value ?? "cash";
    return onSale({ pay, paid: what, paid_on: what === "confirmed" ? day : null });
  }
  return correction(desk, form, scope, doc);
}

function correction(desk: Desk, form: HTMLFormElement, scope: string, doc: string): Statement[] {
  const said = objectIn(form.dataset.set) as Fields;
  const text = (name: string) => one<HTMLInputElement>(`input[name=${name}]`, form)?.value.trim() ?? "";
  const unitOf = (value: Value | undefined, name: string): string => {
    const found: unknown = Object(value)[name];
    return typeof found === "string" ? found : "kg";
  };
  const amount: Fields = { amount: decimal(text("amount")), unit: unitOf(said.amount, "unit") };
  const typed = text("price").replace(/[. ]/g, "");
  const price: Fields = { dong: typed === "" ? -1 : Number(typed), per: unitOf(said.price, "per") };
  const total = totalOf(amount, price, said.deductions);
  const wrong = "field" in total ? total.field : null;
  one("[data-wrong]", form)?.toggleAttribute("hidden", wrong === null);
  for (const part of all("[data-wrong-part]", form)) part.hidden = part.dataset.wrongPart !== wrong;
  if ("field" in total) return [];
  const { weighed: _, ...rest } = said;
  const whole: Fields = { ...rest, amount, price, total: total.dong, corrects: doc };
  const uuid = makeUuid7(desk.now(), desk.crypto.getRandomValues(new Uint8Array(10)));
  const part = (isHidden: boolean): Fields =>
    Object.fromEntries(Object.entries(whole).filter(([name]) => HIDDEN.includes(name) === isHidden));
  return [{ scope, doc: `sale:${uuid}`, after: [], set: part(false), private: part(true) }];
}
