/** Choosing a household by a few letters of its name or code, and goods by name. */
import { useSignal } from "@preact/signals";
import { plainName } from "../../core/plain.ts";
import { Do } from "../pieces/basic.tsx";
import { Choice } from "../pieces/overlay.tsx";
import { tillWords } from "../words/till.ts";
import type { Held } from "./use.ts";

const SHOWN = 30; // our choice: more is scrolling, not finding

function Find({ label, value, set }: { label: string; value: string; set: (text: string) => void }) {
  return (
    <label class="field">
      <span class="q">{label}</span>
      <input
        class="pick text"
        type="text"
        autocomplete="off"
        maxlength={100}
        value={value}
        onInput={(event) => set(event.currentTarget.value)}
      />
    </label>
  );
}

export function FarmSheet({ held, choose }: { held: Held; choose: (farm: string) => void }) {
  const w = tillWords.value;
  const text = useSignal("");
  const wanted = plainName(text.value);
  const found = held.place.farms.filter((one) => plainName(`${one.name} ${one.code}`).includes(wanted));
  return (
    <div class="stack scroll">
      <Find
        label={w.find}
        value={text.value}
        set={(typed) => {
          text.value = typed;
        }}
      />
      {found.slice(0, SHOWN).map((one) => (
        <Choice
          key={one.id}
          option={{ value: one.id, text: one.name, help: one.code }}
          checked={false}
          role="radio"
          onClick={() => choose(one.id)}
        />
      ))}
      <Choice
        option={{ value: "", text: w.stranger }}
        checked={false}
        role="radio"
        onClick={() => choose("")}
      />
    </div>
  );
}

export function ProductSheet({ held, choose }: { held: Held; choose: (product: string) => void }) {
  const w = tillWords.value;
  const text = useSignal("");
  const wanted = plainName(text.value);
  const usual = new Map<string, number>();
  for (const { deal } of held.sales) usual.set(deal.product, (usual.get(deal.product) ?? 0) + 1);
  const often = (code: string): number => usual.get(code) ?? 0;
  const found = held.place.products
    .filter((one) => plainName(one.name).includes(wanted))
    .sort((a, b) => often(b.id) - often(a.id));
  return (
    <div class="stack scroll">
      <Find
        label={w.product_other}
        value={text.value}
        set={(typed) => {
          text.value = typed;
        }}
      />
      {text.value.trim() !== "" && (
        <Do icon="check" onClick={() => choose(text.value.trim())}>
          {text.value.trim()}
        </Do>
      )}
      {found.slice(0, SHOWN).map((one) => (
        <Choice
          key={one.id}
          option={{ value: one.id, text: one.name }}
          checked={false}
          role="radio"
          onClick={() => choose(one.id)}
        />
      ))}
    </div>
  );
}
