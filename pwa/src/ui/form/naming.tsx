/** Naming an input: while its name is typed, big rows of names to tap; any other name stays possible. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { OpenLists } from "../../app/lists.ts";
import type { Form, Values } from "../../app/types.ts";
import { app } from "../app.ts";
import { whenIdle } from "../idle.ts";
import { Icon, Note } from "../pieces/basic.tsx";
import { seasonOf, today } from "../show.ts";
import { inputsWords } from "../words/inputs.ts";
import { type FieldProps, TextField } from "./fields.tsx";
import { type Ask, isUnknown, kindsOf, type Label, type Suggestion, suggest } from "./suggest.ts";

/** What a name field needs beside its value. */
export interface Naming {
  /** Null: not read yet; the box stands all the same, so that nobody's typing is broken off when they come. */
  readonly open: OpenLists | null;
  readonly ask: Ask;
  readonly pick: (row: Suggestion) => void;
}

/** The lists, once read; null before, and for a form that names no input of theirs. */
export function useLists(form: Form): OpenLists | null {
  const open = useSignal<OpenLists | null>(null);
  useEffect(() => {
    if (kindsOf(form.form, {}, "").length === 0) return;
    return whenIdle(async () => {
      open.value = await app().lists();
    });
  }, [form.form]);
  return open.value;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

export function askOf(form: Form, values: Values, line: string): Ask {
  return {
    day: textOf(values.happened_on) || today(),
    crop: textOf(seasonOf(textOf(values.season))?.values.product_name),
    pest: textOf(values.target_pest),
    kinds: kindsOf(form.form, values, line),
  };
}

export function NameField({ naming, ...props }: FieldProps & { naming: Naming }) {
  const { open, ask, pick } = naming;
  const typing = useSignal(false);
  const text = textOf(props.value);
  const known = props.known ?? [];
  const set: FieldProps["set"] = (name, value) => {
    // Of an empty box a name of before was tapped; whatever else comes is typed.
    typing.value = !(text === "" && known.includes(textOf(value)));
    props.set(name, value);
  };
  // The names stand below the box: it goes to the top, or the dock and the keyboard hide them.
  useEffect(() => {
    if (typing.value) document.getElementById(`l-${props.name}`)?.scrollIntoView({ block: "start" });
  }, [typing.value]);
  const rows = typing.value && open !== null ? suggest(open, text, ask, known) : [];
  const choose = (row: Suggestion) => {
    typing.value = false;
    pick(row);
    document.getElementById(`f-${props.name}`)?.blur(); // the keyboard goes, what was filled in is seen
  };
  return (
    <>
      <TextField {...props} set={set} />
      {rows.length > 0 && (
        <ul class="stack names" aria-label={inputsWords.value.suggested}>
          {rows.map((row) => (
            <li key={row.name}>
              <NameRow row={row} crop={ask.crop} choose={choose} />
            </li>
          ))}
        </ul>
      )}
      {typing.value && open !== null && rows.length === 0 && isUnknown(open.lists, text, ask) && (
        <Note>{inputsWords.value.not_in_list}</Note>
      )}
    </>
  );
}

interface RowProps {
  row: Suggestion;
  crop: string;
  choose: (row: Suggestion) => void;
}

function NameRow({ row, crop, choose }: RowProps) {
  const n = inputsWords.value;
  return (
    <button type="button" class="pick" onClick={() => choose(row)}>
      <Icon name={row.before ? "repeat" : row.missing ? "warn" : "plus"} />
      <span class="grow">
        <b>{row.name}</b>
        <span class="under">{[row.before ? n.as_before : "", row.active].filter(Boolean).join(", ")}</span>
        {row.label !== null && <span class="under ink">{n.label_for(crop, labelText(row.label))}</span>}
        {row.missing && <span class="under ink">{n.not_in_list}</span>}
      </span>
    </button>
  );
}

/** Return "10-15 g/sào, cách ly 7 ngày": a text that is no number of days as it is printed. */
function labelText(label: Label): string {
  return [doseText(label), waitText(label)].filter(Boolean).join(", ");
}

const DOSES_SHOWN_MAX = 3;

/** Return the doses as printed; "" where no label has one. */
export function doseText({ doses }: Label): string {
  const n = inputsWords.value;
  return doses.length > DOSES_SHOWN_MAX ? n.doses_many : doses.join(n.or);
}

export function waitText({ kind, days, waits }: Label): string {
  const n = inputsWords.value;
  if (kind === "days" && days !== null) return n.wait_days(days);
  if (kind === "not_defined_on_label") return n.wait_undefined;
  return waits.length === 0 ? n.wait_unknown : n.wait_text(waits.join("; "));
}
