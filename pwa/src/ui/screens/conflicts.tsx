/** Two phones disagree: each value with its phone and time, one choice a field, the other kept in the log. */
import { useSignal } from "@preact/signals";
import type { Conflict, EntryDetail, Form, FormField } from "../../app/types.ts";
import { app } from "../app.ts";
import { Do, Icon } from "../pieces/basic.tsx";
import { Choice, toast, warn } from "../pieces/overlay.tsx";
import { moment, valueShown } from "../show.ts";
import { say, words } from "../words/index.ts";
import { writeText } from "../words/problems.ts";
import { recordWords } from "../words/record.ts";

function fieldFor(form: Form, name: string): FormField | undefined {
  const own = name.replace(/^line\.[a-z2-7]{8}\./, "");
  return (name.startsWith("line.") ? (form.lines?.fields ?? []) : form.fields).find(
    (one) => one.name === own,
  );
}

/** What one phone says, in words. One may have taken the entry out while the other wrote on. */
export function headText(form: Form, conflict: Conflict, head: Conflict["heads"][number]): string {
  if (conflict.field === "_deleted")
    return head.value === true ? recordWords.value.conflict_out : recordWords.value.conflict_in;
  const names = conflict.group.length > 0 ? conflict.group : [conflict.field];
  const texts = names.map((name) => {
    const field = fieldFor(form, name);
    const value = name === conflict.field ? head.value : head.group[name];
    return field === undefined
      ? value === null || value === undefined
        ? ""
        : String(value)
      : valueShown(field, value);
  });
  return texts.filter(Boolean).join(", ") || words.value.none;
}

export function Conflicts({ entry, form }: { entry: EntryDetail; form: Form }) {
  const w = words.value;
  const r = recordWords.value;
  const chosen = useSignal<{ [field: string]: string }>(
    Object.fromEntries(entry.conflicts.map((one) => [one.field, one.heads[0]?.op ?? ""])),
  );
  const settle = async () => {
    const result = await app().diary.resolve(entry.doc, chosen.value);
    if (result.ok) toast(w.saved);
    else warn(writeText(result.problem));
  };
  const [first] = entry.conflicts;
  const head = first?.heads.find((one) => one.op === chosen.value[first.field]);
  return (
    <section class="card stack two-phones">
      {entry.conflicts.map((conflict) => {
        const own = say(fieldFor(form, conflict.field)?.label ?? null) || w.recorded;
        const label = conflict.field === "_deleted" ? r.conflict_deleted : own;
        return (
          <div key={conflict.field} class="stack" role="radiogroup" aria-label={r.conflict_title(label)}>
            <h2 class="row top-line">
              <Icon name="fork" />
              <span>{r.conflict_title(label)}</span>
            </h2>
            {conflict.heads.map((one) => (
              <Choice
                key={one.op}
                role="radio"
                option={{
                  value: one.op,
                  text: headText(form, conflict, one),
                  help: `${one.who ?? w.other_phone}, ${moment(one.recorded_at)}`,
                }}
                checked={chosen.value[conflict.field] === one.op}
                onClick={() => {
                  chosen.value = { ...chosen.value, [conflict.field]: one.op };
                }}
              />
            ))}
          </div>
        );
      })}
      <p class="help">{r.conflict_keep}</p>
      <Do icon="check" onClick={() => void settle()}>
        {first !== undefined && head !== undefined && entry.conflicts.length === 1
          ? r.conflict_choose(headText(form, first, head))
          : w.choose}
      </Do>
    </section>
  );
}
