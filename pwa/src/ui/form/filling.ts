/** A form while it is being filled in: its values as signals, every change kept as a draft at once. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Draft, Form, SaveResult, Value, Values, WriteProblem } from "../../app/types.ts";
import type { FormFinding } from "../../core/forms.ts";
import { app } from "../app.ts";
import { whenIdle } from "../idle.ts";
import { toast } from "../pieces/overlay.tsx";
import { words } from "../words/index.ts";
import { findingsOf } from "./findings.ts";
import { touch } from "./fresh.ts";
import { dropLine, newLineId, repeatValues, setValue } from "./plan.ts";

export interface Filled {
  values: Signal<Values>;
  /** The last entry like this one; null while it is looked for, or where there is none. */
  last: Signal<Values | null>;
  openLine: Signal<string | null>;
  failed: Signal<WriteProblem | null>;
  saving: Signal<boolean>;
  findings: readonly FormFinding[];
  set: (name: string, value: Value) => void;
  /** Write several at once. */
  fill: (values: Values) => void;
  focus: (name: string) => void;
  repeat: () => void;
  removeLine: (id: string) => void;
  save: () => Promise<void>;
}

/** The form was left: an untouched draft goes with it, any other has no field in hand any more. */
function leave(draft: string): void {
  if (touch(draft)) void app().drafts.discard(draft);
  else {
    app().drafts.keep(draft, { focus: null });
    void app().drafts.flush();
  }
}

/** After so long a save says that it is under way. */
const SLOW_MS = 150;

const lineOf = (name: string | null): string | null => /^line\.([a-z2-7]{8})\./.exec(name ?? "")?.[1] ?? null;

/** After a kill: the field that was being filled in is in sight again, and a box for text is written on (case 1). */
function backTo(name: string | null): void {
  if (name === null) return;
  const box = document.getElementById(`f-${name}`);
  (box ?? document.getElementById(`l-${name}`))?.scrollIntoView({ block: "center" });
  box?.focus({ preventScroll: true });
}

type Saved = Extract<SaveResult, { ok: true }>;

export function useFilling(draft: Draft, form: Form, saved: (result: Saved) => void): Filled {
  const values = useSignal<Values>(draft.values);
  const openLine = useSignal<string | null>(lineOf(draft.focus));
  const failed = useSignal<WriteProblem | null>(null);
  const saving = useSignal(false);
  const last = useLast(draft, form);
  const findings = useFindings(form, values.value);
  const { drafts } = app();
  useEffect(() => () => leave(draft.id), [draft.id]);
  useEffect(() => {
    backTo(draft.focus);
    // In hand from now until it is left: a new version waits for it, and a killed page comes back to it.
    drafts.keep(draft.id, { focus: draft.focus ?? "" });
  }, [draft.id]);
  const put = (next: Values) => {
    touch(draft.id);
    values.value = next;
    drafts.keep(draft.id, { values: next });
  };
  const repeat = () => {
    openLine.value = null;
    put(repeatValues(values.value, last.value ?? {}, form, newLineId));
  };
  const removeLine = (id: string) => {
    const before = values.value;
    if (openLine.value === id) openLine.value = null;
    put(dropLine(before, draft.base, id));
    toast(words.value.removed, { word: words.value.undo, run: () => put(before), undo: true });
  };
  const save = async () => {
    touch(draft.id);
    // A second tap gets the first one's answer: nothing has to be drawn before the save, unless it takes its time.
    const slow = setTimeout(() => {
      saving.value = true;
    }, SLOW_MS);
    const result = await drafts.save(draft.id);
    clearTimeout(slow);
    saving.value = false;
    if (result.ok) saved(result);
    else failed.value = result.problem;
  };
  const set = (name: string, value: Value) => put(setValue(form, values.value, name, value));
  const fill = (more: Values) => put({ ...values.value, ...more });
  const focus = (name: string) => drafts.keep(draft.id, { focus: name });
  return { values, last, openLine, failed, saving, findings, set, fill, focus, repeat, removeLine, save };
}

function useLast(draft: Draft, form: Form): Signal<Values | null> {
  const last = useSignal<Values | null>(null);
  useEffect(() => {
    if (draft.document !== "entry") return;
    const { season, plots } = draft.values;
    const plot = Array.isArray(plots) && typeof plots[0] === "string" ? plots[0] : null;
    return whenIdle(async () => {
      last.value = await app().drafts.lastLike(form.form, typeof season === "string" ? season : null, plot);
    });
  }, [draft.id]);
  return last;
}

/** The first look waits until the form stands and the page is idle. */
function useFindings(form: Form, values: Values): readonly FormFinding[] {
  const looks = useSignal(false);
  useEffect(
    () =>
      whenIdle(async () => {
        looks.value = true;
      }),
    [],
  );
  return looks.value ? findingsOf(form, values) : [];
}
