/** One field of a form, drawn by its type. Every change goes up at once; nothing is checked before it is kept. */
import type { ComponentChildren } from "preact";
import type { FormField, Value } from "../../app/types.ts";
import { app } from "../app.ts";
import { Btn, Icon, Note } from "../pieces/basic.tsx";
import { openAnyDay } from "../pieces/days.tsx";
import { openKeypad } from "../pieces/keypad.tsx";
import { Choice, type Option } from "../pieces/overlay.tsx";
import { type Amount, dayName, isAmount, numberShown, seasonName, unitShown, valueShown } from "../show.ts";
import { say, words } from "../words/index.ts";
import { recordWords } from "../words/record.ts";
import { Harvests } from "./harvests.tsx";
import { NameField, type Naming } from "./naming.tsx";
import { PersonField } from "./person.tsx";
import { BoundaryField, PositionField } from "./place.tsx";
import { isEmpty, oddRange } from "./plan.ts";
import { ProductPick } from "./product.tsx";

export interface FieldProps {
  field: FormField;
  /** Name in the values, with `line.<id>.` inside a line; also the DOM id. */
  name: string;
  value: Value | undefined;
  last: Value | undefined;
  /** Texts written here before, to tap instead of typing. */
  known?: readonly string[];
  /** For what a season grows: the list to choose from. */
  options?: readonly Option[];
  /** For the name of an input: the lists to choose from while it is typed. */
  naming?: Naming;
  /** What the label says of this field, shown beside it and its keypad. */
  tip?: string;
  set: (name: string, value: Value) => void;
  focus: (name: string) => void;
}

export function Field(props: FieldProps) {
  const { field, name, value } = props;
  const odd = oddRange(field, value);
  const help = say(field.help);
  return (
    <section class="field" aria-labelledby={`l-${name}`}>
      <h2 class="label" id={`l-${name}`}>
        {say(field.label)}
      </h2>
      {draw(props)}
      {odd !== null && (
        <Note>
          {recordWords.value.range_odd(valueShown(field, value), numberShown(odd[0]), numberShown(odd[1]))}
        </Note>
      )}
      {props.tip !== undefined && <p class="help b">{props.tip}</p>}
      {help !== "" && isEmpty(value) && <p class="help">{help}</p>}
    </section>
  );
}

function draw(props: FieldProps): ComponentChildren {
  if (props.field.name === "product" && props.options !== undefined && props.options.length > 0)
    return <ProductPick {...props} options={props.options} />;
  const { naming } = props;
  if (props.field.type === "product" && naming) return <NameField {...props} naming={naming} />;
  switch (props.field.type) {
    case "choice":
      return <OneOf {...props} />;
    case "choices":
      return <SomeOf {...props} />;
    case "bool":
      return <YesNo {...props} />;
    case "amount":
    case "decimal":
    case "days":
    case "integer":
      return <NumberField {...props} />;
    case "date":
      return <DateField {...props} />;
    case "time":
      return <TimeField {...props} />;
    case "person":
      return <PersonField {...props} />;
    case "position":
      return <PositionField {...props} />;
    case "boundary":
      return <BoundaryField {...props} />;
    case "ref":
    case "refs":
      return <RefField {...props} />;
    default:
      return <TextField {...props} />;
  }
}

/** Text: a plain box, so that the keyboard's own microphone and suggestions work in it. */
export function TextField({ field, name, value, known = [], set, focus }: FieldProps) {
  const text = typeof value === "string" ? value : "";
  const common = {
    id: `f-${name}`,
    "aria-labelledby": `l-${name}`,
    class: "pick text",
    value: text,
    autocomplete: "off",
    onFocus: () => focus(name),
  };
  if (field.type === "longtext") {
    return <textarea {...common} rows={3} onInput={(event) => set(name, event.currentTarget.value)} />;
  }
  return (
    <>
      <input
        {...common}
        type="text"
        enterkeyhint="done"
        onInput={(event) => set(name, event.currentTarget.value)}
      />
      {text === "" && known.length > 0 && (
        <div class="wrap">
          {known.map((one) => (
            <Chip key={one} on={false} text={one} onClick={() => set(name, one)} />
          ))}
        </div>
      )}
    </>
  );
}

function OneOf({ field, name, value, set }: FieldProps) {
  // A second tap takes a choice back, but not one that has to be there.
  const choose = (code: string) => set(name, value === code && field.required !== "yes" ? null : code);
  const long = field.choices.length <= 4 && field.choices.some((one) => say(one.label).length > 16);
  if (long) {
    return (
      <div class="stack" role="radiogroup" aria-labelledby={`l-${name}`}>
        {field.choices.map((one) => (
          <Choice
            key={one.code}
            role="radio"
            option={{ value: one.code, text: say(one.label) }}
            checked={value === one.code}
            onClick={() => choose(one.code)}
          />
        ))}
      </div>
    );
  }
  return (
    <div class="wrap" role="group" aria-labelledby={`l-${name}`}>
      {field.choices.map((one) => (
        <Chip key={one.code} on={value === one.code} text={say(one.label)} onClick={() => choose(one.code)} />
      ))}
    </div>
  );
}

export function Chip({ on, text, onClick }: { on: boolean; text: string; onClick: () => void }) {
  return (
    <button type="button" class="chip" aria-pressed={on} onClick={onClick}>
      {on && <Icon name="check" />}
      {text}
    </button>
  );
}

function SomeOf({ field, name, value, set }: FieldProps) {
  const chosen = Array.isArray(value) ? value : [];
  const toggle = (code: string) => {
    const next = field.choices
      .map((one) => one.code)
      .filter((one) => (one === code ? !chosen.includes(one) : chosen.includes(one)));
    set(name, next.length === 0 ? null : next);
  };
  return (
    <div class="wrap" role="group" aria-labelledby={`l-${name}`}>
      {field.choices.map((one) => (
        <Chip
          key={one.code}
          on={chosen.includes(one.code)}
          text={say(one.label)}
          onClick={() => toggle(one.code)}
        />
      ))}
    </div>
  );
}

function YesNo({ name, value, set }: FieldProps) {
  return (
    <div class="wrap" role="group" aria-labelledby={`l-${name}`}>
      <Chip
        on={value === true}
        text={words.value.yes}
        onClick={() => set(name, value === true ? null : true)}
      />
      <Chip
        on={value === false}
        text={words.value.no}
        onClick={() => set(name, value === false ? null : false)}
      />
    </div>
  );
}

function asAmount(field: FormField, value: Value | undefined): Amount | null {
  if (isAmount(value)) return value;
  if (typeof value === "number") return { amount: String(value), unit: "" };
  return typeof value === "string" && value !== "" && field.type !== "amount"
    ? { amount: value, unit: "" }
    : null;
}

/** What is written for a keypad's number: amounts with unit, whole numbers as integers, decimals as text. */
export function fromAmount(field: FormField, amount: Amount | null): Value {
  if (amount === null) return null;
  if (field.type === "amount") return { amount: amount.amount, unit: amount.unit };
  return field.type === "decimal" ? amount.amount : Number.parseInt(amount.amount, 10);
}

const STEPPED = new Set(["binh", "con", "qua", "cay", "goi", "bao", "chai", "thung"]);

function NumberField(props: FieldProps) {
  const { field, name, value, last, set, focus } = props;
  const amount = asAmount(field, value);
  const open = () => {
    focus(name);
    openKeypad({
      field,
      value: amount,
      last: asAmount(field, last),
      ...(props.tip === undefined ? {} : { tip: props.tip }),
      units: field.type === "amount" ? field.units : [],
      whole: field.type === "integer" || field.type === "days",
      done: (one) => set(name, fromAmount(field, one)),
    });
  };
  const unit = amount?.unit ?? field.units[0] ?? "";
  const counted = field.type === "integer" || (field.type === "amount" && STEPPED.has(unit));
  if (counted && field.units.length <= 3)
    return <Stepper {...props} amount={amount} unit={unit} open={open} />;
  const shown = amount === null ? recordWords.value.tap_number : valueShown(field, value);
  const kind = oddRange(field, value) === null ? "number" : "number warned";
  return (
    <button type="button" class={kind} aria-labelledby={`l-${name} v-${name}`} onClick={open}>
      <span id={`v-${name}`} class={amount === null ? "empty" : "full"}>
        {shown}
      </span>
      <Icon name={amount === null ? "plus" : "draft"} />
    </button>
  );
}

function Stepper(props: FieldProps & { amount: Amount | null; unit: string; open: () => void }) {
  const { field, name, amount, unit, set, open } = props;
  const label = say(field.label);
  const step = (by: number) => {
    const now = Number.parseInt(amount?.amount ?? "0", 10) + by;
    set(name, now < 0 ? null : fromAmount(field, { amount: String(now), unit }));
  };
  return (
    <div class="stepper">
      <button type="button" aria-label={recordWords.value.fewer(label)} onClick={() => step(-1)}>
        <Icon name="minus" />
      </button>
      <button type="button" class="middle" aria-labelledby={`l-${name} v-${name}`} onClick={open}>
        <span id={`v-${name}`}>
          <b>{amount === null ? "–" : numberShown(amount.amount)}</b>{" "}
          <span class="small">{unit === "" ? "" : unitShown(unit)}</span>
        </span>
      </button>
      <button type="button" aria-label={recordWords.value.more_of(label)} onClick={() => step(1)}>
        <Icon name="plus" />
      </button>
    </div>
  );
}

function DateField({ field, name, value, set }: FieldProps) {
  const date = typeof value === "string" ? value : null;
  const clear = date === null || field.required === "yes" ? null : () => set(name, null);
  return (
    <button
      type="button"
      class="pick"
      onClick={() => openAnyDay(say(field.label), date, (one) => set(name, one), clear)}
    >
      <Icon name="calendar" />
      <span class="grow">{date === null ? recordWords.value.choose_day : dayName(date)}</span>
      <Icon name="next" />
    </button>
  );
}

function TimeField({ name, value, set }: FieldProps) {
  return (
    <input
      type="time"
      class="pick text"
      aria-labelledby={`l-${name}`}
      value={typeof value === "string" ? value : ""}
      onInput={(event) => set(name, event.currentTarget.value === "" ? null : event.currentTarget.value)}
    />
  );
}

/** References to plots (several) or one season, as chips with their names. */
function RefField({ field, name, value, set }: FieldProps) {
  const many = field.type === "refs";
  const plots = app().farm.plots.value.filter((one) => !one.deleted);
  const seasons = app().farm.seasons.value.filter((one) => !one.deleted);
  const chosen = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  const rows =
    name === "season" || name.endsWith("season")
      ? seasons.map((one) => ({ doc: one.doc, name: seasonName(one) }))
      : plots.map((one) => ({ doc: one.doc, name: one.name }));
  const toggle = (doc: string) => {
    if (!many) return set(name, chosen.includes(doc) ? null : doc);
    const next = rows
      .map((one) => one.doc)
      .filter((one) => (one === doc ? !chosen.includes(one) : chosen.includes(one)));
    return set(name, next.length === 0 ? null : next);
  };
  if (field.of === "entry")
    return <Harvests label={`l-${name}`} chosen={chosen.map(String)} set={(one) => set(name, one)} />;
  if (rows.length === 0)
    return (
      <Btn kind="add" disabled onClick={() => undefined}>
        {recordWords.value.farm_none}
      </Btn>
    );
  return (
    <div class="wrap" role="group" aria-labelledby={`l-${name}`}>
      {rows.map((one) => (
        <Chip key={one.doc} on={chosen.includes(one.doc)} text={one.name} onClick={() => toggle(one.doc)} />
      ))}
    </div>
  );
}
