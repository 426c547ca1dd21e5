/** Chốt ngày: sums by way of paying and by goods, what is not settled, and the cash that must be in the drawer. */
import { useSignal } from "@preact/signals";
import { inUnit } from "../../app/amounts.ts";
import type { Sum } from "../../core/sales.ts";
import { Btn, Icon, Note, Top } from "../pieces/basic.tsx";
import { openKeypad } from "../pieces/keypad.tsx";
import { amountSaid, dayWithin, numberShown, today } from "../show.ts";
import { tillWords } from "../words/till.ts";
import { Rows } from "./screen.tsx";
import { dongShown, type Held, productName } from "./use.ts";

const SAID_IN: { readonly [base: string]: string } = { g: "kg", ml: "l", count: "con" };

export function ClosingScreen({ held }: { held: Held }) {
  const w = tillWords.value;
  const day = today();
  const { place } = held;
  const closing = held.till.closing(held.sales, day, place.point);
  const start = useSignal<string | null>(null);
  const left = Number(start.value ?? 0) + closing.cash_in - closing.cash_out;
  const open = held.sales.filter((one) => closing.open.includes(one.deal.doc));
  const label = { vi: w.drawer_start, en: w.drawer_start };
  const ask = () =>
    openKeypad({
      field: { label, range: null, help: { vi: "", en: "" } },
      value: start.value === null ? null : { amount: start.value, unit: "" },
      last: null,
      units: [],
      whole: true,
      done: (value) => {
        start.value = value?.amount ?? null;
      },
    });
  return (
    <main class="phone">
      <Top title={w.close_day} />
      <p class="under">
        {[place.points.find((one) => one.id === place.point)?.name, dayWithin(day)]
          .filter(Boolean)
          .join(", ")}
      </p>
      <h2>{w.by_pay}</h2>
      <section class="card">
        {closing.by_pay.length === 0 && <p>{w.none}</p>}
        {closing.by_pay.map((sum) => (
          <SumLine key={sum.key.join()} name={payName(sum)} sum={sum} />
        ))}
      </section>
      <h2>{w.by_product}</h2>
      <section class="card">
        {closing.by_product.map((sum) => (
          <SumLine key={sum.key.join()} name={goodsName(sum, held)} sum={sum} />
        ))}
      </section>
      <h2>{w.drawer}</h2>
      <section class="card">
        <button type="button" class="pick no-print" onClick={ask}>
          <span class="grow">{w.drawer_start}</span>
          <b>{start.value === null ? "…" : numberShown(start.value)}</b>
          <Icon name="draft" />
        </button>
        <p class="sum-line">
          <span>{w.drawer_in}</span>
          <b>{dongShown(closing.cash_in)}</b>
        </p>
        <p class="sum-line">
          <span>{w.drawer_out}</span>
          <b>{dongShown(closing.cash_out)}</b>
        </p>
        {start.value !== null && (
          <p class="sum-line">
            <span>{w.drawer_now}</span>
            <b>{dongShown(left)}</b>
          </p>
        )}
        {start.value !== null && left < 0 && <Note>{w.drawer_short}</Note>}
      </section>
      <h2>
        {w.unpaid_title}: {open.length}
      </h2>
      <Rows held={held} sales={open} />
      <Btn icon="document" kind="no-print" onClick={() => print()}>
        {w.print}
      </Btn>
    </main>
  );
}

function SumLine({ name, sum }: { name: string; sum: Sum }) {
  const w = tillWords.value;
  return (
    <p class="sum-line">
      <span>
        {name}
        <span class="under">
          {w.count(sum.count)}
          {sum.untold > 0 && `, ${w.untold(sum.untold)}`}
        </span>
      </span>
      <b>{dongShown(sum.dong)}</b>
    </p>
  );
}

function payName({ key: [direction = "", pay = "", paid = ""] }: Sum): string {
  const w = tillWords.value;
  const named: { readonly [word: string]: unknown } = w;
  const how = typeof named[pay] === "string" ? String(named[pay]) : "?";
  return `${direction === "buy" ? w.bought : w.sold}, ${how}, ${String(named[paid] ?? "")}`;
}

function goodsName({ key: [direction = "", product = "", base = ""], size }: Sum, held: Held): string {
  const w = tillWords.value;
  const unit = SAID_IN[base] ?? "kg";
  const much = amountSaid({ amount: inUnit(size, unit), unit });
  return `${direction === "buy" ? w.bought : w.sold}: ${productName(held.place, product)}, ${much}`;
}
