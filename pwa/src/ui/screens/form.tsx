/**
 * One form, drawn wholly from its file: an entry, a plot or a season, new or being changed.
 *
 * What is typed is a draft from the first letter; leaving asks nothing. Saving says "Đã lưu trên máy" only after
 * the durable write; a failure keeps every word on the screen.
 */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Draft, Form, FormField, SaveResult, Value, Values } from "../../app/types.ts";
import { app } from "../app.ts";
import { Field } from "../form/fields.tsx";
import { type Filled, useFilling } from "../form/filling.ts";
import { type Known, useKnown } from "../form/known.ts";
import { Lines } from "../form/lines.tsx";
import { Findings, isStop, useDraftFindings } from "../form/noticed.tsx";
import { Photos } from "../form/photos.tsx";
import { fieldOf, isEmpty, labelOf, planFields } from "../form/plan.ts";
import { productOptions, productValues } from "../form/product.tsx";
import { StoredPhotos } from "../form/stored.tsx";
import { fillsStore } from "../form/suggest.ts";
import { Behalf, Btn, Do, Dock, Icon, Leaf, Note, Top } from "../pieces/basic.tsx";
import { openDays } from "../pieces/days.tsx";
import { toast } from "../pieces/overlay.tsx";
import { go, makeHash } from "../router.ts";
import { dayName, lineIds, today } from "../show.ts";
import { language, say, words } from "../words/index.ts";
import { inputsWords } from "../words/inputs.ts";
import { writeText } from "../words/problems.ts";
import { recordWords } from "../words/record.ts";
import { About } from "./about-entry.tsx";
import { offerInstall } from "./install.ts";
import { entryHash } from "./rows.tsx";

/** Find the draft, then draw it; its id is in the place. */
export function FormScreen({ id }: { id: string }) {
  const draft = useSignal<Draft | null | undefined>(undefined);
  const load = async () => {
    draft.value = await app().drafts.get(id);
  };
  useEffect(() => void load(), [id]);
  const now = draft.value;
  // The form files come with the app's start; until then nothing is known to be gone.
  if (now === undefined || app().activities.forms.value.size === 0)
    return <p class="help phone">{words.value.loading}</p>;
  const form = now === null ? null : app().activities.form(now.form);
  if (now === null || form === null) {
    return (
      <>
        <main class="phone">
          <Top title={recordWords.value.writing} />
          <Note>{recordWords.value.draft_gone}</Note>
        </main>
        <Dock bar />
      </>
    );
  }
  return <Filling key={now.id} draft={now} form={form} reload={load} />;
}

interface FillingProps {
  draft: Draft;
  form: Form;
  reload: () => Promise<void>;
}

function Filling({ draft, form, reload }: FillingProps) {
  const r = recordWords.value;
  const filled = useFilling(draft, form, (result) => saved(result, draft));
  const lineMore = useSignal(false);
  const known = useKnown(form);
  const noticed = useDraftFindings(draft, form, filled.values.value);
  const { values, last, set, focus } = filled;
  const entry = draft.document === "entry";
  const plan = planFields(form.fields, values.value, "", entry);
  const dated = !entry || !isEmpty(values.value.happened_on);
  return (
    <>
      <main class="phone form">
        <FormTop form={form} isNew={draft.isNew} />
        <Findings findings={noticed.filter(isStop)} />
        <Behalf />
        {draft.pendingCapture !== null && draft.photos.length === 0 && <Note>{r.camera_resume}</Note>}
        {draft.isNew && last.value !== null && isBare(form, values.value) && (
          <Btn icon="repeat" onClick={filled.repeat}>
            {r.same_as_last_short}
          </Btn>
        )}
        {entry && <DayAndPlace form={form} values={values.value} set={set} />}
        {form.lines !== null && (
          <Lines
            form={form}
            lines={form.lines}
            values={values.value}
            last={last.value}
            draft={draft}
            open={filled.openLine}
            more={lineMore}
            set={set}
            focus={focus}
            remove={filled.removeLine}
            known={known}
            fill={filled.fill}
          />
        )}
        {draft.document === "question" && <Photos draft={draft} form={form} changed={reload} />}
        <Fields form={form} fields={plan.main} filled={filled} known={known} />
        {draft.document !== "question" && <Photos draft={draft} form={form} changed={reload} />}
        <StoredPhotos draft={draft} />
        {entry && (
          <Fields form={form} fields={commonOf(form, ["performed_by"])} filled={filled} known={known} />
        )}
        <MoreFields
          form={form}
          fields={entry ? [...plan.more, ...commonOf(form, ["note", "position"])] : plan.more}
          filled={filled}
          known={known}
        />
        <Findings findings={noticed.filter((one) => !isStop(one))} />
        <Troubles form={form} filled={filled} />
        {!dated && <Note halt>{r.date_needed}</Note>}
      </main>
      <Dock hint={r.save_hint}>
        <NotSaved filled={filled} />
        <Save filled={filled} dated={dated} />
      </Dock>
    </>
  );
}

/** A part of its own: a tap draws this button anew and not the form. */
function Save({ filled, dated }: { filled: Filled; dated: boolean }) {
  const saving = filled.saving.value;
  return (
    <Do icon="check" disabled={saving || !dated} onClick={() => void filled.save()}>
      {saving ? words.value.saving : words.value.save}
    </Do>
  );
}

function FormTop({ form, isNew }: { form: Form; isNew: boolean }) {
  const r = recordWords.value;
  return (
    <Top title={say(form.document === "entry" ? form.short : form.title)}>
      <span class="state draft">
        <Icon name="draft" />
        {isNew ? r.writing : r.editing}
      </span>
    </Top>
  );
}

const commonOf = (form: Form, names: readonly string[]): readonly FormField[] =>
  names.flatMap((name) => fieldOf(form, name) ?? []);

interface FieldsProps {
  form: Form;
  fields: readonly FormField[];
  filled: Filled;
  known: Known;
}

function Fields({ form, fields, filled, known }: FieldsProps) {
  const options = productOptions(form, filled.values.value);
  const set = (name: string, value: Value) =>
    name === "product" && options.length > 0 ? filled.fill(productValues(value)) : filled.set(name, value);
  return (
    <>
      {fields.map((field) => (
        <Field
          key={field.name}
          field={field}
          name={field.name}
          value={filled.values.value[field.name]}
          last={filled.last.value?.[field.name]}
          known={known.texts.get(field.name) ?? []}
          options={options}
          set={set}
          focus={filled.focus}
        />
      ))}
    </>
  );
}

/** What is not asked for at first: one fold that names what is in it. */
function MoreFields({ form, fields, filled, known }: FieldsProps) {
  const r = recordWords.value;
  const open = useSignal(false);
  if (fields.length === 0) return null;
  const named = fields.slice(0, 3).map((one) => say(one.label));
  return (
    <>
      <button
        type="button"
        class="pick"
        aria-expanded={open.value}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        <Icon name={open.value ? "minus" : "plus"} />
        <span class="grow">
          <b>{open.value ? r.add_less : r.add_more}</b>
          <span class="under">{named.join(", ")}</span>
        </span>
        <Icon name={open.value ? "up" : "down"} />
      </button>
      {open.value && <Fields form={form} fields={fields} filled={filled} known={known} />}
    </>
  );
}

/** A write that failed is said at the thumb, where the person just pressed; the words stay on the screen. */
function NotSaved({ filled }: { filled: Filled }) {
  const failed = filled.failed.value;
  const kept = app().drafts.failed.value;
  if (failed === null) return kept === null ? null : <Note halt>{recordWords.value.draft_failed}</Note>;
  return (
    <section class="card halt not-saved" role="alert">
      <b class="row">
        <Icon name="stop" />
        {words.value.not_saved}
      </b>
      <p>{writeText(failed)}</p>
    </section>
  );
}

const MISSING = new Set(["required_missing", "line_missing"]);

/** What the checks noticed; it stands in the way of nothing. What is missing is one sentence, not one a field. */
function Troubles({ form, filled }: { form: Form; filled: Filled }) {
  const r = recordWords.value;
  const missing = filled.findings.filter((one) => MISSING.has(one.code));
  const others = filled.findings.filter((one) => !MISSING.has(one.code));
  if (filled.findings.length === 0) return null;
  const labels = missing.map((one) => labelOf(form, one.field) || say(form.lines?.title ?? null));
  const named = [...new Set(labels)].filter(Boolean).map((one) => one.replace(/ ?[?(].*$/, ""));
  return (
    <Note>
      {others.slice(0, 3).map((one) => (
        <p key={one.field + one.code}>{one[language.value]}</p>
      ))}
      {named.length > 0 && <p>{r.still_missing(named.join(", "))}</p>}
      <p>{r.still_saves}</p>
    </Note>
  );
}

/** The date and the season with its plots: certain already when the form opens, changed by a tap. */
function DayAndPlace({
  form,
  values,
  set,
}: {
  form: Form;
  values: Values;
  set: (name: string, value: Value) => void;
}) {
  const r = recordWords.value;
  const date = typeof values.happened_on === "string" ? values.happened_on : today();
  const label = say(fieldOf(form, "happened_on")?.label ?? null);
  return (
    <section class="card day-plot">
      <button
        type="button"
        class="row"
        onClick={() => openDays(label, date, (one) => set("happened_on", one))}
      >
        <Leaf date={date} kind={date === today() ? "today" : ""} />
        <span class="grow">
          <b class="big">{dayName(date)}</b>
          <span class="under">{r.other_day_hint}</span>
        </span>
        <Icon name="next" />
      </button>
      {date > today() && <Note>{r.future_day}</Note>}
      {(form.about.plots !== "none" || form.about.season !== "none") && (
        <About form={form} values={values} set={set} />
      )}
    </section>
  );
}

/** Where a saved document stands. */
function placeOf(draft: Draft, doc: string): string {
  if (draft.document === "entry") return entryHash(doc);
  if (draft.document === "question") return makeHash("hoi", [doc]);
  return draft.document === "inspection" ? makeHash("kiem-tra", [doc]) : makeHash("ruong");
}

function saved(result: Extract<SaveResult, { ok: true }>, draft: Draft): void {
  const w = words.value;
  const see = placeOf(draft, result.doc);
  // Whoever writes for others goes back to the household that he wrote for.
  const home = app().people.helps.value ? makeHash("ho", [draft.scope.slice("farm:".length)]) : "#/";
  if (draft.document === "entry") go(draft.isNew ? home : see, true);
  else go(see, true);
  const text = result.photosLeft > 0 ? w.saved_photos_left(result.photosLeft, result.voicesLeft) : w.saved;
  // What was bought or counted is seen where it adds up.
  if (fillsStore(draft.form)) toast(text, { word: inputsWords.value.stock, run: () => go(makeHash("kho")) });
  else toast(text, { word: w.see, run: () => go(see) });
  void app().sync.askPersist();
  offerInstall();
}

/** Says whether nothing of the form's own was filled in yet, so that "như lần trước" loses nothing. */
function isBare(form: Form, values: Values): boolean {
  const common = new Set(["happened_on", "plots", "season", "performed_by", "note", "position"]);
  const own = form.fields.filter((field) => !common.has(field.name) && field.default === null);
  return own.every((field) => isEmpty(values[field.name])) && lineIds(values).length === 0;
}
