/** An entry as a row of a list, and where it leads. */
import { signal } from "@preact/signals";
import type { Draft, EntryRow } from "../../app/types.ts";
import { app } from "../app.ts";
import { markFresh } from "../form/fresh.ts";
import { Btn, Icon, Mark, State } from "../pieces/basic.tsx";
import { toast, warn } from "../pieces/overlay.tsx";
import { go, makeHash } from "../router.ts";
import { dayName, faceOf, summary, whereShown } from "../show.ts";
import { words } from "../words/index.ts";

export const entryHash = (doc: string): string => makeHash("dong", [doc]);
export const draftHash = (id: string): string => makeHash("ghi-to", [id]);

export function EntryCard({ row, day = false }: { row: EntryRow; day?: boolean }) {
  const w = words.value;
  const form = app().activities.form(row.form);
  const { icon, short } = faceOf(row);
  const lines = [day ? dayName(row.happened_on) : "", whereShown(row), summary(form, row.values)].filter(
    Boolean,
  );
  return (
    <a class="entry" href={entryHash(row.doc)}>
      <span class="what">
        <Icon name={icon} />
        <span class={row.deleted ? "gone" : ""}>{short}</span>
      </span>
      {lines.map((text) => (
        <span key={text} class="line">
          {text}
        </span>
      ))}
      <State row={row} />
      {row.values.on_behalf_of !== undefined && <Mark icon="hands" text={w.mark_behalf} />}
    </a>
  );
}

/** A draft to go on with, or to throw away with an undo in the toast's time. */
export function DraftCard({ draft }: { draft: Draft }) {
  const w = words.value;
  const form = app().activities.form(draft.form);
  const { icon, short } = faceOf(draft);
  if (going.value.has(draft.id)) return null;
  return (
    <section class="card stack draft-card">
      <div class="row">
        <Icon name={icon} size="l" />
        <span class="grow">
          <b>{short}</b>
          <span class="under">{summary(form, draft.values)}</span>
        </span>
      </div>
      <span class="state draft">
        <Icon name="draft" />
        {w.state_draft}
      </span>
      <div class="duo">
        <Btn onClick={() => go(draftHash(draft.id))}>{w.go_on}</Btn>
        <Btn kind="quiet" onClick={() => throwAway(draft)}>
          {w.throw_away}
        </Btn>
      </div>
    </section>
  );
}

/** Drafts thrown away, out of sight at once; they go from the phone when the undo has passed. */
const going = signal<ReadonlyMap<string, ReturnType<typeof setTimeout>>>(new Map());
const UNDO_MS = 8000;

function throwAway(draft: Draft): void {
  const w = words.value;
  const forget = () => {
    const rest = new Map(going.value);
    clearTimeout(rest.get(draft.id));
    rest.delete(draft.id);
    going.value = rest;
  };
  const timer = setTimeout(() => void app().drafts.discard(draft.id).then(forget), UNDO_MS);
  going.value = new Map([...going.value, [draft.id, timer]]);
  toast(w.removed, { word: w.undo, run: forget, undo: true });
}

/** Begin a new document and open its form. */
export async function begin(
  form: string,
  start: { season?: string | null; plots?: readonly string[]; values?: EntryRow["values"] },
): Promise<void> {
  const values = { ...defaultsOf(form), ...start.values };
  const result = await app().drafts.create({
    form,
    values,
    ...(start.season === undefined || start.season === null ? {} : { season: start.season }),
    ...(start.plots === undefined ? {} : { plots: start.plots }),
  });
  if (result.ok) {
    markFresh(result.draft.id);
    go(draftHash(result.draft.id));
  } else warn(result.problem === "read_only" ? words.value.not_saved_right : words.value.not_saved);
}

/** What a form's file says where nothing is said: filled in to be seen, so that it is signed as shown. */
function defaultsOf(code: string): EntryRow["values"] {
  const fields = app().activities.form(code)?.fields ?? [];
  return Object.fromEntries(
    fields.flatMap((field) => (field.default === null ? [] : [[field.name, field.default]])),
  );
}

export async function beginEdit(doc: string, field: string | null = null): Promise<void> {
  const result = await app().drafts.edit(doc, field);
  if (result.ok) go(draftHash(result.draft.id));
  else warn(result.problem === "read_only" ? words.value.not_saved_right : words.value.not_saved_missing);
}
