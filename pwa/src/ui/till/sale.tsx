/** One purchase or sale: who, what, how heavy, how dear, and what it comes to; a draft of it outlives the page. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { saidOf, workOut } from "../../app/till_work.ts";
import type { TillAmount, TillSaid, TillSale } from "../../app/types.ts";
import { type Direction, PAYS } from "../../core/sales.ts";
import { Btn, Do, Dock, Icon, Note, Top } from "../pieces/basic.tsx";
import { openKeypad } from "../pieces/keypad.tsx";
import { chooseOne, openSheet, toast, warn } from "../pieces/overlay.tsx";
import { go } from "../router.ts";
import { amountSaid, isAmount, numberShown, unitShown } from "../show.ts";
import { words } from "../words/index.ts";
import { tillWords } from "../words/till.ts";
import { FarmSheet, ProductSheet } from "./choosing.tsx";
import { dongShown, type Held, productName, tillHash } from "./use.ts";

const WEIGHTS: readonly string[] = ["kg", "yen", "ta", "tan"];
const UNITS: readonly string[] = [...WEIGHTS, "con", "qua", "l"];
const EMPTY: Omit<TillSaid, "direction"> = {
  farm: "",
  party: "",
  lot: "",
  product: "",
  weighed: null,
  tare: null,
  price: null,
  moisture: "",
  impurity: "",
  other: "",
  pay: "cash",
  corrects: "",
};

/** What the form begins with: the sale to be corrected, or nothing. */
function beginning(direction: Direction, from: TillSale | undefined): TillSaid {
  if (from === undefined) return { ...EMPTY, direction };
  const { amount } = from.values;
  const pay = from.deal.pay === "" ? "cash" : from.deal.pay;
  const said = saidOf(from.values, isAmount(amount) ? amount : null);
  return { ...said, direction, pay, corrects: from.deal.doc };
}

/** The newest sale that counts of the same household, or of the same direction where none was chosen. */
function lastLike(held: Held, said: TillSaid): TillSale | undefined {
  const farm = said.farm === "" ? "" : `farm:${said.farm}`;
  return held.sales.find(
    (one) =>
      one.deal.direction === said.direction && one.deal.farm === farm && !one.deal.isVoid && !one.isReplaced,
  );
}

export function SaleScreen(props: { held: Held; direction: Direction; from: TillSale | undefined }) {
  const { held, direction, from } = props;
  const w = tillWords.value;
  const said = useSignal<TillSaid>(beginning(direction, from));
  const wrong = useSignal("");
  const busy = useSignal(false);
  useEffect(() => {
    if (from !== undefined) return;
    void held.till.draft().then((kept) => {
      if (kept !== null && kept.direction === direction && kept.corrects === "") said.value = kept;
    });
  }, []);
  const change = (some: Partial<TillSaid>) => {
    said.value = { ...said.value, ...some };
    wrong.value = "";
    if (from === undefined) void held.till.keepDraft(said.value);
  };
  const worked = workOut(said.value);
  const save = async () => {
    busy.value = true;
    const result = await held.till.record(said.value);
    busy.value = false;
    if (result.ok) {
      go(tillHash("phieu", result.doc.slice("sale:".length)), true);
      return toast(words.value.saved);
    }
    if (result.problem === "not_saved") return warn(words.value.not_saved);
    wrong.value = w[`wrong_${result.problem}`];
  };
  const rule = held.place.cashRule;
  const isLarge = worked.ok && said.value.pay === "cash" && rule.dong > 0 && worked.dong >= rule.dong;
  return (
    <>
      <main class="phone">
        <Top title={from === undefined ? w[direction] : w.correct} />
        <Who held={held} said={said} change={change} />
        <Goods held={held} said={said} change={change} />
        <Weights said={said} change={change} />
        <p class="sum-box">
          <span>{w.total}</span>
          <b class="sum-dong" aria-live="polite">
            {worked.ok ? dongShown(worked.dong) : "–"}
          </b>
        </p>
        <div class="field">
          <span class="q">{w.pay}</span>
          <div class="pays" role="group" aria-label={w.pay}>
            {PAYS.map((pay) => (
              <button
                key={pay}
                type="button"
                class="chip"
                aria-pressed={said.value.pay === pay}
                onClick={() => change({ pay })}
              >
                {w[pay]}
              </button>
            ))}
          </div>
        </div>
        {isLarge && (
          <Note>
            <b>{w.cash_rule}</b>
            <span class="under">{rule.text}</span>
          </Note>
        )}
      </main>
      <Dock hint={wrong.value}>
        <Do icon="check" disabled={busy.value} onClick={() => void save()}>
          {w.save}
        </Do>
      </Dock>
    </>
  );
}

interface PartProps {
  said: Signal<TillSaid>;
  change: (some: Partial<TillSaid>) => void;
}

function Who({ held, said, change }: PartProps & { held: Held }) {
  const w = tillWords.value;
  const { direction, farm, party } = said.value;
  const last = said.value.product === "" && said.value.lot === "" ? lastLike(held, said.value) : undefined;
  const buys = direction === "buy";
  const name = held.place.farms.find((one) => one.id === farm)?.name ?? "";
  const choose = () =>
    openSheet(w.who, (close) => (
      <FarmSheet
        held={held}
        choose={(id) => {
          change({ farm: id });
          close();
        }}
      />
    ));
  return (
    <>
      {buys && (
        <div class="field">
          <span class="q">{w.who}</span>
          <button type="button" class="pick" onClick={choose}>
            <Icon name="person" />
            <b class="grow">{name === "" ? w.stranger : name}</b>
            <Icon name="down" />
          </button>
        </div>
      )}
      {farm === "" && (
        <label class="field">
          <span class="q">{buys ? w.stranger_name : w.to_whom}</span>
          <input
            class="pick text"
            type="text"
            autocomplete="off"
            maxlength={100}
            value={party}
            onInput={(event) => change({ party: event.currentTarget.value })}
          />
        </label>
      )}
      {last !== undefined && (
        <Btn
          icon="repeat"
          onClick={() => {
            const { weighed: _, ...like } = saidOf(last.values, null);
            change({ ...like, pay: last.deal.pay === "" ? "cash" : last.deal.pay });
          }}
        >
          {w.as_last}
        </Btn>
      )}
    </>
  );
}

function Goods({ held, said, change }: PartProps & { held: Held }) {
  const w = tillWords.value;
  const { lot, product } = said.value;
  const { lots } = held.place;
  const chooseLot = () =>
    chooseOne(
      w.lot,
      [{ value: "", text: w.loose }, ...lots.map((one) => ({ value: one.id, text: one.name }))],
      lot,
      (value) => change({ lot: value }),
    );
  const chooseProduct = () =>
    openSheet(w.product, (close) => (
      <ProductSheet
        held={held}
        choose={(value) => {
          change({ product: value });
          close();
        }}
      />
    ));
  return (
    <>
      {lots.length > 0 && (
        <div class="field">
          <span class="q">{w.lot}</span>
          <button type="button" class="pick" onClick={chooseLot}>
            <b class="grow">{lots.find((one) => one.id === lot)?.name ?? w.loose}</b>
            <Icon name="down" />
          </button>
        </div>
      )}
      <div class="field">
        <span class="q">{w.product}</span>
        <button type="button" class="pick" onClick={chooseProduct}>
          <Icon name="sack" />
          <b class="grow">{product === "" ? "…" : productName(held.place, product)}</b>
          <Icon name="down" />
        </button>
      </div>
    </>
  );
}

function Weights({ said, change }: PartProps) {
  const w = tillWords.value;
  const { weighed, tare, price, moisture, impurity, other } = said.value;
  const unit = price?.unit ?? weighed?.unit ?? "kg";
  const worked = workOut(said.value);
  const percent = (value: string) => (value === "" ? null : { amount: value, unit: "" });
  const isMore = useSignal(moisture !== "" || impurity !== "" || other !== "");
  return (
    <>
      <Key
        name={w.weighed}
        value={weighed}
        units={UNITS}
        set={(value) => change({ weighed: value, price: price ?? null })}
      />
      <Key
        name={w.tare}
        value={tare}
        units={WEIGHTS}
        none={w.tare_none}
        set={(value) => change({ tare: value })}
      />
      {worked.ok && tare !== null && <p class="help">{w.net(amountSaid(worked.net))}</p>}
      <Key
        name={`${w.price} (${w.per(unitShown(unit))})`}
        value={price}
        units={
          weighed === null || WEIGHTS.includes(weighed.unit) ? ["kg", "yen", "ta", "tan"] : [weighed.unit]
        }
        money
        set={(value) => change({ price: value })}
      />
      {isMore.value ? (
        <>
          <Key
            name={w.moisture}
            value={percent(moisture)}
            set={(value) => change({ moisture: value?.amount ?? "" })}
          />
          <Key
            name={w.impurity}
            value={percent(impurity)}
            set={(value) => change({ impurity: value?.amount ?? "" })}
          />
          <Key
            name={w.other}
            value={percent(other)}
            money
            set={(value) => change({ other: value?.amount ?? "" })}
          />
        </>
      ) : (
        <Btn
          icon="minus"
          kind="quiet"
          onClick={() => {
            isMore.value = true;
          }}
        >
          {w.more_off}
        </Btn>
      )}
    </>
  );
}

interface KeyProps {
  name: string;
  value: TillAmount | null;
  units?: readonly string[];
  /** Whole đồng: no comma; the unit is what the price is of. */
  money?: boolean;
  none?: string;
  set: (value: TillAmount | null) => void;
}

function Key({ name, value, units = [], money = false, none = "…", set }: KeyProps) {
  const label = { vi: name, en: name };
  const open = () =>
    openKeypad({
      field: { label, range: null, help: { vi: "", en: "" } },
      value,
      last: null,
      units,
      whole: money,
      done: set,
    });
  const shown =
    value === null ? none : money || value.unit === "" ? numberShown(value.amount) : amountSaid(value);
  return (
    <div class="field">
      <span class="q">{name}</span>
      <button type="button" class="pick" onClick={open}>
        <b class="grow">{shown}</b>
        <Icon name="scale" />
      </button>
    </div>
  );
}
