/** The product lines of a form: folded to name and dose; only the line being edited is open. */
import type { Signal } from "@preact/signals";
import type { Draft, FormLines, Value, Values } from "../../app/types.ts";
import { Btn, Icon } from "../pieces/basic.tsx";
import { lineIds, lineSummary } from "../show.ts";
import { say, words } from "../words/index.ts";
import { Field } from "./fields.tsx";
import type { Known } from "./known.ts";
import { isAsked, isEmpty, newLineId, planFields } from "./plan.ts";

interface LinesProps {
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

export function Lines(props: LinesProps) {
  const { lines, values, open } = props;
  const stored = lineIds(values);
  // A line begins to exist with its first value; until then only its id is held, as the open one.
  const ids = open.value !== null && !stored.includes(open.value) ? [...stored, open.value] : stored;
  const shown = ids.length === 0 && lines.min > 0 ? [newOpen(open)] : ids;
  return (
    <section class="field lines" aria-label={say(lines.title)}>
      <h2 class="label">{say(lines.title)}</h2>
      {shown.map((id) =>
        open.value === id ? (
          <OpenLine key={id} id={id} {...props} />
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
  const w = words.value;
  const missing = lines.fields.some(
    (field) =>
      (field.required === "yes" || field.required === "if") &&
      isAsked(field, values, `line.${id}.`) &&
      isEmpty(values[`line.${id}.${field.name}`]),
  );
  const text = lineSummary(lines.fields, values, id) || w.line_new;
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
          <span class="under">{missing ? w.missing_here : w.line_open}</span>
        </span>
      </button>
      <button type="button" class="icon-btn" aria-label={w.line_remove(text)} onClick={() => remove(id)}>
        <Icon name="x" />
      </button>
    </article>
  );
}

function OpenLine({ id, ...props }: LinesProps & { id: string }) {
  const { lines, values, last, open, more, set, focus, remove, known, fill } = props;
  const w = words.value;
  const prefix = `line.${id}.`;
  const setOne = (name: string, value: Value) => {
    const said =
      typeof value === "string" && name === `${prefix}product` ? known.lines.get(value) : undefined;
    const fresh = lines.fields.every((field) => isEmpty(values[prefix + field.name]));
    if (said === undefined || !fresh) return set(name, value);
    // A product of before: with its dose and days as they stood, folded to be looked over.
    fill(Object.fromEntries(Object.entries(said).map(([field, one]) => [prefix + field, one])));
    open.value = null;
  };
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
          {w.add_more}
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
