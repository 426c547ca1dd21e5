/** The product lines of a form: folded to name and dose; only the line being edited is open. */
import type { Signal } from "@preact/signals";
import type { OpenLists } from "../../app/lists.ts";
import type { Draft, Form, FormField, FormLines, Value, Values } from "../../app/types.ts";
import { Btn, Icon } from "../pieces/basic.tsx";
import { lineIds, lineSummary } from "../show.ts";
import { say, words } from "../words/index.ts";
import { inputsWords } from "../words/inputs.ts";
import { recordWords } from "../words/record.ts";
import { Field } from "./fields.tsx";
import type { Known } from "./known.ts";
import { askOf, doseText, useLists, waitText } from "./naming.tsx";
import { isAsked, isEmpty, newLineId, planFields } from "./plan.ts";
import { type Ask, labelOf, leavesWith, type Suggestion, takenUp, waitOf } from "./suggest.ts";

interface LinesProps {
  form: Form;
  lines: FormLines;
  values: Values;
  last: Values | null;
  draft: Draft;
  open: Signal<string | null>;
  more: Signal<boolean>;
  set: (name: string, value: Value) => void;
  focus: (name: string) => void;
  remove: (id: string) => void;
  known: Known;
  fill: (values: Values) => void;
}

interface LineProps extends LinesProps {
  id: string;
  lists: OpenLists | null;
}

export function Lines(props: LinesProps) {
  const { form, lines, values, open } = props;
  const lists = useLists(form);
  const stored = lineIds(values);
  // A line begins to exist with its first value; until then only its id is held, as the open one.
  const ids = open.value !== null && !stored.includes(open.value) ? [...stored, open.value] : stored;
  const shown = ids.length === 0 && lines.min > 0 ? [newOpen(open)] : ids;
  return (
    <section class="field lines" aria-label={say(lines.title)}>
      <h2 class="label">{say(lines.title)}</h2>
      {shown.map((id) =>
        open.value === id ? (
          <OpenLine key={id} id={id} lists={lists} {...props} />
        ) : (
          <FoldedLine key={id} id={id} {...props} />
        ),
      )}
      {shown.length < lines.max && open.value === null && (
        <Btn
          kind="add"
          icon="plus"
          onClick={() => {
            open.value = newLineId();
          }}
        >
          {say(lines.add)}
        </Btn>
      )}
    </section>
  );
}

let firstId: string | null = null;

/** The first line of a form that needs one is open from the start. */
function newOpen(open: Signal<string | null>): string {
  firstId ??= newLineId();
  const id = firstId;
  queueMicrotask(() => {
    open.value ??= id;
    firstId = null;
  });
  return id;
}

function FoldedLine({ id, lines, values, open, remove }: LinesProps & { id: string }) {
  const r = recordWords.value;
  const missing = lines.fields.some(
    (field) =>
      (field.required === "yes" || field.required === "if") &&
      isAsked(field, values, `line.${id}.`) &&
      isEmpty(values[`line.${id}.${field.name}`]),
  );
  const text = lineSummary(lines.fields, values, id) || r.line_new;
  return (
    <article class="card row product-line">
      <button
        type="button"
        class="grow fold"
        onClick={() => {
          open.value = id;
        }}
      >
        <Icon name={missing ? "warn" : "check"} />
        <span class="grow">
          <b>{text}</b>
          <span class="under">{missing ? r.missing_here : r.line_open}</span>
        </span>
      </button>
      <button type="button" class="icon-btn" aria-label={r.line_remove(text)} onClick={() => remove(id)}>
        <Icon name="x" />
      </button>
    </article>
  );
}

/** The line's own values, without `line.<id>.`. */
const lineValues = (fields: readonly FormField[], values: Values, prefix: string): Values =>
  Object.fromEntries(fields.map(({ name }) => [name, values[prefix + name] ?? null]));

function OpenLine({ id, ...props }: LineProps) {
  const { form, lines, values, last, open, more, set, focus, remove, known, fill, lists } = props;
  const w = words.value;
  const r = recordWords.value;
  const prefix = `line.${id}.`;
  const line = lineValues(lines.fields, values, prefix);
  const ask = askOf(form, values, id);
  const write = (some: Values) =>
    fill(Object.fromEntries(Object.entries(some).map(([field, one]) => [prefix + field, one])));
  /** A product of before: with its dose and days as they stood, folded to be looked over. */
  const writeAgain = (name: string, isBare: (field: string) => boolean): boolean => {
    const said = known.lines.get(name);
    if (said === undefined || !lines.fields.every((field) => isBare(field.name))) return false;
    write(said);
    open.value = null;
    return true;
  };
  const setOne = (name: string, value: Value) => {
    const isName = name === `${prefix}product` && typeof value === "string";
    if (isName && writeAgain(value, (field) => isEmpty(line[field]))) return;
    set(name, value);
    const gone = isName && lists !== null ? leavesWith(lines.fields, lists.lists, ask, line) : {};
    if (Object.keys(gone).length > 0) write(gone);
  };
  const pick = (row: Suggestion) => {
    const isBare = (field: string) => field === "product" || isEmpty(line[field]);
    if (row.before && writeAgain(row.name, isBare)) return;
    if (lists !== null) write(takenUp(lines.fields, lists.lists, ask, line, row));
  };
  const naming = { open: lists, ask, pick };
  const tipOf = tipsOf(lists, ask, line);
  const plan = planFields(lines.fields, values, prefix);
  const asked = more.value ? [...plan.main, ...plan.more] : plan.main;
  const lastId = last === null ? undefined : lineIds(last)[0];
  return (
    <article class="card stack open-line">
      {asked.map((field) => (
        <Field
          key={field.name}
          field={field}
          name={prefix + field.name}
          value={values[prefix + field.name]}
          last={lastId === undefined ? undefined : last?.[`line.${lastId}.${field.name}`]}
          known={known.texts.get(field.name) ?? []}
          naming={naming}
          {...tipOf(field.name)}
          set={setOne}
          focus={focus}
        />
      ))}
      {plan.more.length > 0 && !more.value && (
        <Btn
          kind="quiet"
          onClick={() => {
            more.value = true;
          }}
        >
          {r.add_more}
        </Btn>
      )}
      <div class="duo">
        <Btn
          icon="check"
          onClick={() => {
            open.value = null;
          }}
        >
          {w.done}
        </Btn>
        <Btn icon="x" onClick={() => remove(id)}>
          {w.remove}
        </Btn>
      </div>
    </article>
  );
}

const DOSES = new Set(["dose", "rate"]);

/** What the label of the line's product says of a field, for the season's crop; nothing where no label is known. */
function tipsOf(lists: OpenLists | null, ask: Ask, line: Values): (field: string) => { tip?: string } {
  const { product } = line;
  if (lists === null || typeof product !== "string") return () => ({});
  const label = labelOf(lists.lists, product, ask);
  return (field) => {
    const wait = waitOf(lists.lists, product, ask, field);
    const said = wait !== null ? waitText(wait) : DOSES.has(field) && label !== null ? doseText(label) : "";
    return said === "" ? {} : { tip: inputsWords.value.label_says(said) };
  };
}
