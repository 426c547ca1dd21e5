/** Kho đóng gói: the lots of the cooperative, and what is done with one of them, recorded without coverage. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { PackingKind, PackingLot, PackingSaid, PackingStep } from "../../app/types.ts";
import { showCode } from "../../core/codes.ts";
import { formatDecimal, UNITS } from "../../core/units.ts";
import { app } from "../app.ts";
import { Tiles } from "../around/tiles.tsx";
import { Do, Dock, Icon, Leaf, Note, State } from "../pieces/basic.tsx";
import { toast, warn } from "../pieces/overlay.tsx";
import { makeHash } from "../router.ts";
import { today } from "../show.ts";
import { language, words } from "../words/index.ts";
import { packingWords } from "../words/packing.ts";

const KINDS: readonly PackingKind[] = ["handle", "pack", "ship", "loss"];
const EMPTY: PackingSaid = { amount: "", out: "", packs: "", buyer: "", vehicle: "", reason: "" };

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
  if (chosen.value !== null) return <Recording lot={chosen.value} done={() => choose(null)} />;
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
      <Tiles whose="office" />
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

function amountText(said: string): string {
  const [amount = "", unit = ""] = said.split(" ");
  const label = UNITS.get(unit)?.label[language.value] ?? unit;
  return amount === "" ? "" : `${formatDecimal(amount, language.value) ?? amount} ${label}`;
}

function Recording({ lot, done }: { lot: PackingLot; done: () => void }) {
  const w = packingWords.value;
  const kind = useSignal<PackingKind>("pack");
  const said = useSignal<PackingSaid>(EMPTY);
  const wrong = useSignal("");
  const busy = useSignal(false);
  const unit = UNITS.get(lot.unit)?.label[language.value] ?? lot.unit;
  const field = (name: keyof PackingSaid, label: string, mode?: "decimal" | "numeric") => (
    <label class="field">
      <span class="q">{label}</span>
      <input
        class="pick text"
        type="text"
        inputmode={mode ?? "text"}
        autocomplete="off"
        value={said.value[name]}
        onInput={(event) => {
          said.value = { ...said.value, [name]: event.currentTarget.value };
          wrong.value = "";
        }}
      />
    </label>
  );
  const save = async () => {
    busy.value = true;
    const result = await (await app().packing()).record(lot, kind.value, said.value);
    busy.value = false;
    if (result.ok) {
      toast(words.value.saved);
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
          <div class="seg">
            {KINDS.map((one) => (
              <button
                key={one}
                type="button"
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
        {(kind.value === "ship" || kind.value === "loss") &&
          field("amount", `${w.amount} (${unit})`, "decimal")}
        {kind.value === "ship" && field("buyer", w.buyer)}
        {kind.value === "ship" && field("vehicle", w.vehicle)}
        {kind.value === "ship" && <p class="help">{w.private}</p>}
        {kind.value === "loss" && field("reason", w.reason)}
      </main>
      <Dock hint={wrong.value}>
        <Do icon="check" disabled={busy.value} onClick={() => void save()}>
          {words.value.save}
        </Do>
      </Dock>
    </>
  );
}
