/** The four steps of enrolling: who, what they agree to, where, what grows there. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { plain } from "../../../app/search.ts";
import type { Form, Household, Value, Values } from "../../../app/types.ts";
import { app } from "../../app.ts";
import { Field } from "../../form/fields.tsx";
import { productOptions, productValues } from "../../form/product.tsx";
import { Btn, Icon, Note } from "../../pieces/basic.tsx";
import { chooseOne } from "../../pieces/overlay.tsx";
import { go } from "../../router.ts";
import { amountText, isAmount, PLOT_ICONS, today } from "../../show.ts";
import { say, words } from "../../words/index.ts";
import { teamWords } from "../../words/team.ts";
import { Consents } from "./consents.tsx";
import type { StepProps } from "./enrol.tsx";
import { householdHash, placeShown } from "./use.ts";

export function Who({ team, enrolment, set }: StepProps) {
  const t = teamWords.value;
  const { name, phone, village } = enrolment.value;
  const villages = team.villages();
  const same = sameName(team.households.value ?? [], name);
  return (
    <>
      <TextBox label={t.name} help={t.name_how} value={name} words set={(one) => set({ name: one })} />
      {same !== undefined && (
        <Note>
          <p>{t.same_name(same.village || placeShown(same))}</p>
          <Btn kind="fit" onClick={() => go(householdHash(same.farm))}>
            {t.same_open}
          </Btn>
        </Note>
      )}
      {villages.length > 0 && (
        <section class="field">
          <h2 class="label">{t.village}</h2>
          <button
            type="button"
            class="pick"
            onClick={() =>
              chooseOne(
                t.village,
                villages.map((one) => ({ value: one.id, text: one.name })),
                village,
                (one) => set({ village: one }),
              )
            }
          >
            <Icon name="pin" />
            <span class="grow">{villages.find((one) => one.id === village)?.name ?? t.village_none}</span>
            <span class="b u">{words.value.change}</span>
          </button>
        </section>
      )}
      <TextBox label={t.phone} help={t.phone_how} value={phone} tel set={(one) => set({ phone: one })} />
    </>
  );
}

/** A household that has this name already: perhaps it is the same. */
function sameName(all: readonly Household[], name: string): Household | undefined {
  const sought = plain(name.trim());
  if (sought.length < 4) return undefined;
  return all.find((one) =>
    [one.name.replace(/^(Hộ|Nhà)\s+/i, ""), ...one.people.map((person) => person.name)].some(
      (known) => plain(known) === sought,
    ),
  );
}

function TextBox(props: {
  label: string;
  help: string;
  value: string;
  tel?: boolean;
  words?: boolean;
  set: (text: string) => void;
}) {
  return (
    <label class="field">
      <span class="label">{props.label}</span>
      <input
        class="pick text"
        type="text"
        inputMode={props.tel === true ? "tel" : "text"}
        autocomplete="off"
        autocapitalize={props.words === true ? "words" : "off"}
        enterkeyhint="done"
        maxLength={props.tel === true ? 30 : 100}
        value={props.value}
        onInput={(event) => props.set(event.currentTarget.value)}
      />
      <span class="help">{props.help}</span>
    </label>
  );
}

export function Agree({ team, enrolment, set }: StepProps) {
  return <Consents team={team} given={enrolment.value.consents} set={(consents) => set({ consents })} />;
}

const FIRST: Values = { kind: "field" };

/** "Ruộng", or "Ruộng 2" where the name is taken: what the household calls it may be typed instead. */
function plotName(form: Form, kind: Value | undefined, others: readonly Values[]): string {
  const choice = form.fields.find((one) => one.name === "kind")?.choices.find((one) => one.code === kind);
  const word = (choice === undefined ? "" : say(choice.label)).replace(/,.*/, "");
  const taken = others.filter((one) => String(one.name).startsWith(word)).length;
  return taken === 0 ? word : `${word} ${taken + 1}`;
}

export function Place({ enrolment, set }: StepProps) {
  const t = teamWords.value;
  const form = app().activities.form("plot");
  const { plots, consents } = enrolment.value;
  const at = useSignal(Math.max(0, plots.length - 1));
  if (form === null) return <p class="help">{words.value.loading}</p>;
  const others = plots.filter((_, index) => index !== at.value);
  const now = plots[at.value] ?? { ...FIRST, name: plotName(form, "field", others) };
  // What stands on the screen is what is made: a first place is there from the start.
  useEffect(() => {
    if (plots.length === 0) set({ plots: [now] });
  }, []);
  const put = (change: Values) => {
    const next = [...plots];
    next[at.value] = { ...now, ...change };
    set({ plots: next });
  };
  const write = (name: string, value: Value) => {
    const named = String(now.name ?? "") === plotName(form, now.kind, others);
    put(name === "kind" && named ? { kind: value, name: plotName(form, value, others) } : { [name]: value });
  };
  const shown = ["kind", "area", "name", ...(consents.includes("gps") ? ["boundary"] : [])];
  const fields = shown.flatMap((name) => form.fields.find((one) => one.name === name) ?? []);
  return (
    <>
      <p>{t.place_how}</p>
      {plots.map((plot, index) =>
        index === at.value ? null : (
          <PlotLine
            key={String(index)}
            plot={plot}
            open={() => {
              at.value = index;
            }}
          />
        ),
      )}
      {fields
        .filter((one) => one.name !== "area" || now.kind !== "store")
        .map((field) => (
          <Field
            key={field.name}
            field={field}
            name={field.name}
            value={now[field.name]}
            last={undefined}
            set={write}
            focus={() => undefined}
          />
        ))}
      {!consents.includes("gps") && <p class="help">{t.place_walk_off}</p>}
      <Btn
        kind="add"
        icon="plus"
        onClick={() => {
          const all = plots.length === 0 ? [now] : plots;
          set({ plots: [...all, { ...FIRST, name: plotName(form, "field", all) }] });
          at.value = all.length;
          scrollTo(0, 0);
        }}
      >
        {t.place_more}
      </Btn>
      {plots.length > 1 && (
        <Btn
          kind="quiet"
          icon="x"
          onClick={() => {
            set({ plots: others });
            at.value = 0;
          }}
        >
          {t.place_less(String(now.name ?? ""))}
        </Btn>
      )}
    </>
  );
}

function PlotLine({ plot, open }: { plot: Values; open: () => void }) {
  return (
    <button type="button" class="card row" onClick={open}>
      <Icon name={PLOT_ICONS[String(plot.kind)] ?? "field"} size="l" />
      <span class="grow">
        <b>{String(plot.name ?? "")}</b>
        {isAmount(plot.area) && <span class="under">{amountText(plot.area)}</span>}
      </span>
      <Icon name="draft" />
    </button>
  );
}

const SECTORS: Readonly<Record<string, string>> = { pond: "aquaculture", pen: "livestock" };
const GROWN = ["product", "started_on", "head_count", "standard"];

export function Season({ enrolment, set }: StepProps) {
  const t = teamWords.value;
  const form = app().activities.form("season");
  const { plots, season } = enrolment.value;
  if (form === null) return <p class="help">{words.value.loading}</p>;
  const sector = SECTORS[String(plots[0]?.kind ?? "field")] ?? "crop";
  const all: Values = { sector, ...season };
  const now: Values = { started_on: today(), standard: "none", ...all };
  const options = productOptions(form, { sector: all.sector ?? sector });
  const write = (name: string, value: Value) =>
    set({ season: { ...now, ...(name === "product" ? productValues(value) : { [name]: value }) } });
  const listed = options.length > 0;
  const names = listed ? GROWN : ["product_name", ...GROWN.slice(1)];
  const fields = names
    .flatMap((name) => form.fields.find((one) => one.name === name) ?? [])
    .filter((one) => one.name !== "head_count" || now.sector !== "crop");
  return (
    <>
      {fields.map((field, index) =>
        index > 0 && season === null ? null : (
          <Field
            key={field.name}
            field={field}
            name={field.name}
            value={now[field.name]}
            last={undefined}
            options={options}
            set={write}
            focus={() => undefined}
          />
        ),
      )}
      {season !== null && (
        <Btn kind="quiet" icon="x" onClick={() => set({ season: null })}>
          {t.season_none}
        </Btn>
      )}
      {season === null && <p class="help">{t.season_later}</p>}
    </>
  );
}
