/** Kho đóng gói: the lots of the cooperative, and what is done with one of them, recorded without coverage. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { PackingKind, PackingLot, PackingSaid, PackingStep } from "../../app/types.ts";
import { showCode } from "../../core/codes.ts";
import { formatDecimal, UNITS } from "../../core/units.ts";
import { app } from "../app.ts";
import { Tiles } from "../around/tiles.tsx";
import { Do, Dock, Icon, Leaf, Note, State } from "../pieces/basic.tsx";
import { openDays } from "../pieces/days.tsx";
import { toast, warn } from "../pieces/overlay.tsx";
import { makeHash } from "../router.ts";
import { dayName, today } from "../show.ts";
import { language, words } from "../words/index.ts";
import { packingWords } from "../words/packing.ts";

const KINDS: readonly PackingKind[] = ["handle", "pack", "store", "split", "merge", "ship", "return", "loss"];
const RECALLED: readonly PackingKind[] = ["store", "return", "loss"];
const PLAIN: readonly PackingKind[] = ["store", "ship", "return", "loss"];
const WORDS = { amount: "", out: "", packs: "", buyer: "", vehicle: "", reason: "", place: "" };

export function PackingScreen() {
  const w = packingWords.value;
  const lots = useSignal<readonly PackingLot[] | null>(null);
  const steps = useSignal<readonly PackingStep[]>([]);
  const chosen = useSignal<PackingLot | null>(null);
  const changed = app().diary.changed.value;
  const load = async () => {
    const own = await app().packing();
    steps.value = await own.steps();
    lots.value = await own.lots();
  };
  const choose = (lot: PackingLot | null) => {
    chosen.value = lot;
  };
  useEffect(() => void load(), [changed]);
  if (chosen.value !== null)
    return <Recording lot={chosen.value} lots={lots.value ?? []} done={() => choose(null)} />;
  return (
    <main class="phone">
      <header class="hello">
        <Leaf date={today()} big />
        <div class="grow">
          <div class="row name-line">
            <h1 class="grow">{w.title}</h1>
            <a class="icon-btn line" href={makeHash("cai-dat")} aria-label={words.value.settings}>
              <Icon name="settings" />
            </a>
          </div>
          <p>{app().people.current.value?.name}</p>
        </div>
      </header>
      <Tiles whose="office" />
      {lots.value?.length === 0 && <p class="card">{w.none}</p>}
      {lots.value !== null && lots.value.length > 0 && <h2>{w.choose}</h2>}
      <div class="stack">
        {lots.value?.map((lot) => (
          <button key={lot.doc} type="button" class="card tap row" onClick={() => choose(lot)}>
            <span class="grow">
              <b>{lot.product || w.lot(showCode(lot.code))}</b>
              <span class="under">{showCode(lot.code)}</span>
              {lot.recalled && <Note halt>{w.recalled}</Note>}
            </span>
            <Icon name="next" />
          </button>
        ))}
      </div>
      {steps.value.length > 0 && <h2>{w.done}</h2>}
      <div class="stack">
        {steps.value.map((step) => (
          <div key={step.doc} class="card row">
            <Leaf date={step.day} />
            <span class="grow">
              <b>{KINDS.find((one) => one === step.kind) ? w[step.kind as PackingKind] : w.other}</b>
              <span class="under">
                {showCode(step.code)} {amountText(step.amount)}
              </span>
              <State row={{ state: step.state, conflict: false, deleted: false }} />
            </span>
          </div>
        ))}
      </div>
    </main>
  );
}

interface Typed {
  label: string;
  mode: "decimal" | "numeric" | undefined;
  value: string;
  set: (typed: string) => void;
}

function TypedField({ label, mode, value, set }: Typed) {
  return (
    <label class="field">
      <span class="q">{label}</span>
      <input
        class="pick text"
        type="text"
        inputmode={mode ?? "text"}
        autocomplete="off"
        value={value}
        onInput={(event) => set(event.currentTarget.value)}
      />
    </label>
  );
}

function amountText(said: string): string {
  const [amount = "", unit = ""] = said.split(" ");
  const label = UNITS.get(unit)?.label[language.value] ?? unit;
  return amount === "" ? "" : `${formatDecimal(amount, language.value) ?? amount} ${label}`;
}

interface RecordingProps {
  lot: PackingLot;
  lots: readonly PackingLot[];
  done: () => void;
}

function Recording({ lot, lots, done }: RecordingProps) {
  const w = packingWords.value;
  const kinds = lot.recalled ? RECALLED : KINDS;
  const kind = useSignal<PackingKind>(lot.recalled ? "store" : "pack");
  const said = useSignal<PackingSaid>({ ...WORDS, day: today(), others: {} });
  const others = lots.filter((one) => one.doc !== lot.doc && one.unit === lot.unit && !one.recalled);
  const wrong = useSignal("");
  const busy = useSignal(false);
  const unit = UNITS.get(lot.unit)?.label[language.value] ?? lot.unit;
  const change = (more: Partial<PackingSaid>) => {
    said.value = { ...said.value, ...more };
    wrong.value = "";
  };
  const field = (name: keyof typeof WORDS, label: string, mode?: Typed["mode"]) => (
    <TypedField
      label={label}
      mode={mode}
      value={said.value[name]}
      set={(typed) => change({ [name]: typed })}
    />
  );
  const save = async () => {
    busy.value = true;
    const result = await (await app().packing()).record(lot, kind.value, said.value);
    busy.value = false;
    if (result.ok) {
      toast(result.code === "" ? words.value.saved : w.new_lot(showCode(result.code)));
      return done();
    }
    if (result.problem === "not_saved") return warn(words.value.not_saved);
    wrong.value = w[`wrong_${result.problem}`];
  };
  return (
    <>
      <main class="phone">
        <header class="top">
          <button type="button" class="icon-btn" aria-label={words.value.back} onClick={done}>
            <Icon name="back" />
          </button>
          <h1>{lot.product || w.lot(showCode(lot.code))}</h1>
        </header>
        <p class="under">{w.lot(showCode(lot.code))}</p>
        {lot.recalled && <Note halt>{w.recalled}</Note>}
        <div class="field">
          <span class="q">{w.what}</span>
          <div class="wrap">
            {kinds.map((one) => (
              <button
                key={one}
                type="button"
                class="chip"
                aria-pressed={kind.value === one}
                onClick={() => {
                  kind.value = one;
                }}
              >
                {w[one]}
              </button>
            ))}
          </div>
        </div>
        {kind.value === "pack" && field("packs", w.packs, "numeric")}
        {kind.value === "pack" && field("amount", `${w.each} (${unit})`, "decimal")}
        {kind.value === "handle" && field("amount", `${w.before} (${unit})`, "decimal")}
        {kind.value === "handle" && field("out", `${w.after} (${unit})`, "decimal")}
        {kind.value === "split" && field("amount", `${w.part} (${unit})`, "decimal")}
        {kind.value === "merge" && field("amount", `${w.take(showCode(lot.code))} (${unit})`, "decimal")}
        {kind.value === "merge" &&
          others.map((one) => (
            <TypedField
              key={one.doc}
              label={`${w.take(showCode(one.code))} (${unit})`}
              mode="decimal"
              value={said.value.others[one.doc] ?? ""}
              set={(typed) => change({ others: { ...said.value.others, [one.doc]: typed } })}
            />
          ))}
        {kind.value === "merge" && <p class="help">{others.length === 0 ? w.no_other : w.merge_help}</p>}
        {kind.value === "split" && <p class="help">{w.split_help}</p>}
        {PLAIN.includes(kind.value) && field("amount", `${w.amount} (${unit})`, "decimal")}
        {kind.value === "store" && field("place", w.place)}
        {kind.value === "ship" && field("buyer", w.buyer)}
        {kind.value === "return" && field("buyer", w.from)}
        {kind.value === "ship" && field("vehicle", w.vehicle)}
        {(kind.value === "ship" || kind.value === "return") && <p class="help">{w.private}</p>}
        {(kind.value === "loss" || kind.value === "return") && field("reason", w.reason)}
        <div class="field">
          <span class="q">{w.day}</span>
          <button
            type="button"
            class="pick"
            onClick={() => openDays(w.day, said.value.day, (day) => change({ day }))}
          >
            <Icon name="calendar" />
            <span class="grow">{dayName(said.value.day)}</span>
            <Icon name="next" />
          </button>
        </div>
      </main>
      <Dock hint={wrong.value}>
        <Do icon="check" disabled={busy.value} onClick={() => void save()}>
          {words.value.save}
        </Do>
      </Dock>
    </>
  );
}
