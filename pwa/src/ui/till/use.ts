/** The till once it is fetched, and what its screens share: sums in words, names, ways of paying. */
import "./till.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Till, TillPlace, TillSale } from "../../app/types.ts";
import { app } from "../app.ts";
import { makeHash } from "../router.ts";
import { amountSaid, dayMonth, isAmount, numberShown } from "../show.ts";
import { tillWords } from "../words/till.ts";

/** All that a screen of the till is drawn from; read anew when Home was, so that no two reads are in each other's way. */
export interface Held {
  readonly till: Till;
  readonly whose: "point" | "household" | "";
  readonly place: TillPlace;
  readonly sales: readonly TillSale[];
}

export function useTill(): Held | null {
  const held = useSignal<Held | null>(null);
  const load = async () => {
    const till = await (await app().around()).till();
    const [whose, place, sales] = await Promise.all([till.whose(), till.place(), till.sales()]);
    held.value = { till, whose, place, sales };
  };
  useEffect(() => void load(), [app().home.value]);
  return held.value;
}

export const tillHash = (...parts: readonly string[]): string => makeHash("mua-ban", parts);
export const saleHash = (sale: TillSale): string => tillHash("phieu", sale.deal.doc.slice("sale:".length));

/** "160.000 đồng"; "?" where the sum is not told. */
export const dongShown = (dong: number | null): string =>
  dong === null ? "?" : tillWords.value.dong(`${dong < 0 ? "−" : ""}${numberShown(String(Math.abs(dong)))}`);

export const productName = (place: TillPlace, code: string): string =>
  place.products.find((one) => one.id === code)?.name ?? code;

/** Who sold or bought, as a list names it. */
export function partyOf(sale: TillSale, place: TillPlace): string {
  const { party } = sale.values;
  if (sale.buyer !== "") return sale.buyer;
  const farm = place.farms.find((one) => `farm:${one.id}` === sale.deal.farm);
  return farm?.name ?? (typeof party === "string" ? party : "");
}

/** What was sold, "Cải ngọt, 20 kg". */
export function goodsOf(sale: TillSale, place: TillPlace): string {
  const { amount } = sale.values;
  const lot = place.lots.find((one) => one.id === sale.deal.lot)?.name ?? "";
  const name = sale.deal.product === "" ? lot : productName(place, sale.deal.product);
  return [name, isAmount(amount) ? amountSaid(amount) : ""].filter(Boolean).join(", ");
}

/** Where the payment stands, in words. */
export function paidShown(sale: TillSale): string {
  const w = tillWords.value;
  if (sale.deal.isVoid) return w.void;
  return sale.isReplaced ? w.replaced : w[sale.deal.paid];
}

export const isOpen = (sale: TillSale): boolean =>
  !sale.deal.isVoid && !sale.isReplaced && sale.deal.paid !== "confirmed";

export const whenOf = (sale: TillSale): string =>
  [sale.deal.at, sale.deal.happened_on === "" ? "" : dayMonth(sale.deal.happened_on)]
    .filter(Boolean)
    .join(", ");
