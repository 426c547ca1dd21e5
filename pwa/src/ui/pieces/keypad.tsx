/** The large keypad: a number, its unit, the usual range and the last value above the keys. */
import { useSignal } from "@preact/signals";
import type { FormField } from "../../app/types.ts";
import { type Amount, amountSaid, amountText, numberShown, unitShown } from "../show.ts";
import { say, words } from "../words/index.ts";
import { recordWords } from "../words/record.ts";
import { Do, Icon } from "./basic.tsx";
import { openSheet } from "./overlay.tsx";

/** Return the text after a key: digits, one comma (kept as "."), at most 9 digits and 3 after the comma. */
export function press(text: string, key: string, whole: boolean): string {
  if (key === "erase") return text.slice(0, -1);
  if (key === ".") return whole || text.includes(".") ? text : `${text === "" ? "0" : text}.`;
  const next = text === "0" ? key : text + key;
  const [left = "", right = ""] = next.split(".");
  return left.length > 9 || right.length > 3 ? text : next;
}

/** Return the decimal text of the protocol: no trailing comma or zeros after it; null for nothing typed. */
export function finish(text: string): string | null {
  if (text === "" || text === ".") return null;
  const trimmed = text.includes(".") ? text.replace(/\.?0*$/, "") : text;
  return trimmed === "" ? "0" : trimmed;
}

export interface KeypadAsk {
  field: Pick<FormField, "label" | "range" | "help">;
  value: Amount | null;
  last: Amount | null;
  /** What the label says, in place of the usual range. */
  tip?: string;
  /** Units as segments; none for a plain number. */
  units: readonly string[];
  whole: boolean;
  done: (value: Amount | null) => void;
}

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "0", "erase"];

export function openKeypad(ask: KeypadAsk): void {
  openSheet(say(ask.field.label), (close) => <Keypad ask={ask} close={close} />);
}

function Keypad({ ask, close }: { ask: KeypadAsk; close: () => void }) {
  const w = words.value;
  const r = recordWords.value;
  const text = useSignal(ask.value?.amount ?? "");
  const fresh = useSignal(true);
  const unit = useSignal(ask.value?.unit ?? ask.last?.unit ?? ask.units[0] ?? "");
  const done = () => {
    const amount = finish(text.value);
    ask.done(amount === null ? null : { amount, unit: unit.value });
    close();
  };
  const tap = (key: string) => {
    // The first digit replaces what stood there, as on a till; the eraser goes on from it.
    text.value = press(fresh.value && key !== "erase" ? "" : text.value, key, ask.whole);
    fresh.value = false;
  };
  const range = ask.field.range;
  const shown =
    text.value === ""
      ? "–"
      : numberShown(text.value.replace(/\.$/, "")) + (text.value.endsWith(".") ? "," : "");
  const amount = finish(text.value);
  const square =
    amount !== null && unit.value === "sao" ? amountText({ amount, unit: "sao" }).split("(")[1] : undefined;
  return (
    <>
      <div class="row readout-row">
        <p class="readout" aria-live="polite">
          <b>{shown}</b>
          <span>
            {unit.value === "" ? "" : unitShown(unit.value)}
            {square === undefined ? "" : ` (${square}`}
          </span>
        </p>
        {ask.last !== null && (
          <button
            type="button"
            class="btn slim"
            aria-label={r.last_value(ask.last.unit === "" ? ask.last.amount : amountText(ask.last))}
            onClick={() => {
              ask.done(ask.last);
              close();
            }}
          >
            <Icon name="repeat" />
            {ask.last.unit === "" ? numberShown(ask.last.amount) : amountSaid(ask.last)}
          </button>
        )}
      </div>
      <p class="tip">
        {ask.tip !== undefined
          ? ask.tip
          : range !== null && (ask.units.length === 0 || unit.value === ask.units[0])
            ? r.range_usual(numberShown(range[0]), numberShown(range[1]))
            : say(ask.field.help)}
      </p>
      {ask.units.length > 1 && (
        <Units
          units={ask.units}
          chosen={unit.value}
          choose={(one) => {
            unit.value = one;
          }}
        />
      )}
      <div class="keys">
        {KEYS.map((key) => (
          <Key key={key} name={key} off={key === "." && ask.whole} tap={tap} />
        ))}
      </div>
      <Do icon="check" onClick={done}>
        {w.done}
      </Do>
    </>
  );
}

function Key({ name, off, tap }: { name: string; off: boolean; tap: (key: string) => void }) {
  const aux = name === "." || name === "erase";
  return (
    <button
      type="button"
      class={aux ? "key aux" : "key"}
      disabled={off}
      aria-label={name === "erase" ? words.value.erase : undefined}
      onClick={() => tap(name)}
    >
      {name === "erase" ? <Icon name="erase" size="l" /> : name === "." ? off ? "" : "," : name}
    </button>
  );
}

function Units(props: { units: readonly string[]; chosen: string; choose: (unit: string) => void }) {
  return (
    <div class="seg units" role="group" aria-label={words.value.unit}>
      {props.units.map((one) => (
        <button key={one} type="button" aria-pressed={one === props.chosen} onClick={() => props.choose(one)}>
          {unitShown(one)}
        </button>
      ))}
    </div>
  );
}
