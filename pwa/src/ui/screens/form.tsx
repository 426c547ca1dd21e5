/**
 * One form, drawn wholly from its file: an entry, a plot or a season, new or being changed.
 *
 * What is typed is a draft from the first letter; leaving asks nothing. Saving says "Đã lưu trên máy" only after
 * the durable write; a failure keeps every word on the screen.
 */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Draft, Form, SaveResult, Value, Values, WriteProblem } from "../../app/types.ts";
import { addDays } from "../../core/civil.ts";
import { app } from "../app.ts";
import { Field } from "../form/fields.tsx";
import { loadChecks } from "../form/findings.ts";
import { Lines, newLineId } from "../form/lines.tsx";
import { Photos } from "../form/photos.tsx";
import { dropLine, fieldOf, isEmpty, planFields, repeatValues, setValue } from "../form/plan.ts";
import { StoredPhotos } from "../form/stored.tsx";
import { Btn, Do, Dock, Icon, Leaf, Note, Top } from "../pieces/basic.tsx";
import { openDays } from "../pieces/days.tsx";
import { toast } from "../pieces/overlay.tsx";
import { go, makeHash } from "../router.ts";
import { dayName, lineIds, today } from "../show.ts";
import { language, say, words } from "../words/index.ts";
import { About } from "./about-entry.tsx";
import { offerInstall } from "./install.tsx";
import { entryHash } from "./rows.tsx";

/** Find the draft, then draw it; its id is in the place. */
export function FormScreen({ id }: { id: string }) {
  const draft = useSignal<Draft | null | undefined>(undefined);
  const load = async () => {
    draft.value = await app().drafts.get(id);
  };
  useEffect(() => void load(), [id]);
  const now = draft.value;
  if (now === undefined) return <p class="help phone">{words.value.loading}</p>;
  const form = now === null ? null : app().activities.form(now.form);
  if (now === null || form === null) {
    return (
      <>
        <main class="phone">
          <Top title={words.value.writing} />
          <Note>{words.value.draft_gone}</Note>
        </main>
        <Dock bar />
      </>
    );
  }
  return <Filling key={now.id} draft={now} form={form} reload={load} />;
}

export function writeText(problem: WriteProblem): string {
  const w = words.value;
  const texts: Record<WriteProblem, string> = {
    storage_full: w.not_saved_full,
    storage_broken: w.not_saved_broken,
    newer_data: w.not_saved_newer,
    read_only: w.not_saved_right,
    too_large: w.not_saved_large,
    bad_value: w.not_saved_value,
    nothing_changed: w.not_saved_same,
    missing: w.not_saved_missing,
  };
  return texts[problem];
}

interface FillingProps {
  draft: Draft;
  form: Form;
  reload: () => Promise<void>;
}

function Filling({ draft, form, reload }: FillingProps) {
  const w = words.value;
  const values = useSignal<Values>(draft.values);
  const last = useSignal<Values | null>(null);
  const openLine = useSignal<string | null>(null);
  const lineMore = useSignal(false);
  const more = useSignal(false);
  const failed = useSignal<WriteProblem | null>(null);
  const saving = useSignal(false);
  const check = useSignal<Awaited<ReturnType<typeof loadChecks>> | null>(null);

  const season = typeof values.value.season === "string" ? values.value.season : null;
  useEffect(() => {
    if (draft.document !== "entry") return;
    const plots = draft.values.plots;
    const plot = Array.isArray(plots) && typeof plots[0] === "string" ? plots[0] : null;
    void app()
      .drafts.lastLike(form.form, season, plot)
      .then((found) => {
        last.value = found;
      });
  }, [draft.id]);
  useEffect(() => {
    void loadChecks().then((checks) => {
      check.value = checks;
    });
  }, []);
  const put = (next: Values) => {
    values.value = next;
    app().drafts.keep(draft.id, { values: next });
  };
  const set = (name: string, value: Value) => put(setValue(form, values.value, name, value));
  const focus = (name: string) => app().drafts.keep(draft.id, { focus: name });
  const repeat = () => {
    openLine.value = null;
    put(repeatValues(values.value, last.value ?? {}, form, newLineId));
  };
  const removeLine = (id: string) => {
    const before = values.value;
    if (openLine.value === id) openLine.value = null;
    put(dropLine(before, draft.base, id));
    toast(w.removed, { word: w.undo, run: () => put(before) });
  };
  const save = async () => {
    saving.value = true;
    await app().drafts.flush();
    const result = await app().drafts.save(draft.id);
    saving.value = false;
    if (result.ok) saved(result, draft);
    else failed.value = result.problem;
  };
  const kept = app().drafts.failed.value;
  const plan = planFields(form.fields, values.value);
  const findings = check.value?.(form.form, values.value) ?? [];
  const draw = (name: string) => {
    const field = fieldOf(form, name);
    return field === null ? null : (
      <Field
        field={field}
        name={name}
        value={values.value[name]}
        last={last.value?.[name]}
        missing={false}
        set={set}
        focus={focus}
      />
    );
  };
  const dated = draft.document !== "entry" || !isEmpty(values.value.happened_on);
  return (
    <>
      <main class="phone form">
        <Top title={say(form.document === "entry" ? form.short : form.title)}>
          <span class="state draft">
            <Icon name="draft" />
            {draft.isNew ? w.writing : w.editing}
          </span>
        </Top>
        {draft.pendingCapture !== null && draft.photos.length === 0 && <Note>{w.camera_resume}</Note>}
        {draft.isNew && last.value !== null && isBare(form, values.value) && (
          <Btn icon="repeat" onClick={repeat}>
            {w.same_as_last_short}
          </Btn>
        )}
        {draft.document === "entry" && <DayAndPlace form={form} values={values.value} set={set} />}
        {form.lines !== null && (
          <Lines
            lines={form.lines}
            values={values.value}
            last={last.value}
            draft={draft}
            open={openLine}
            more={lineMore}
            set={set}
            focus={focus}
            remove={removeLine}
          />
        )}
        {plan.main.map((field) => (
          <Field
            key={field.name}
            field={field}
            name={field.name}
            value={values.value[field.name]}
            last={last.value?.[field.name]}
            missing={findings.some((one) => one.field === field.name && one.code === "required_missing")}
            set={set}
            focus={focus}
          />
        ))}
        <Photos draft={draft} form={form} changed={reload} />
        <StoredPhotos draft={draft} />
        {draft.document === "entry" && draw("performed_by")}
        <button
          type="button"
          class="pick"
          aria-expanded={more.value}
          onClick={() => {
            more.value = !more.value;
          }}
        >
          <Icon name={more.value ? "up" : "plus"} />
          <span class="grow">
            <b>{more.value ? w.add_less : w.add_more}</b>
            <span class="under">
              {[
                ...plan.more.map((one) => say(one.label)),
                draft.document === "entry" ? say(fieldOf(form, "note")?.label ?? null) : "",
              ]
                .filter(Boolean)
                .slice(0, 3)
                .join(", ")}
            </span>
          </span>
          <Icon name={more.value ? "up" : "down"} />
        </button>
        {more.value &&
          plan.more.map((field) => (
            <Field
              key={field.name}
              field={field}
              name={field.name}
              value={values.value[field.name]}
              last={last.value?.[field.name]}
              missing={false}
              set={set}
              focus={focus}
            />
          ))}
        {more.value && draft.document === "entry" && draw("note")}
        {more.value && draft.document === "entry" && draw("position")}
        {failed.value !== null && (
          <section class="card halt stack" role="alert">
            <p class="row top-line">
              <Icon name="stop" />
              <b class="answer">{w.not_saved}</b>
            </p>
            <p>{writeText(failed.value)}</p>
          </section>
        )}
        {failed.value === null && kept !== null && <Note halt>{w.draft_failed}</Note>}
        {findings.length > 0 && (
          <Note>
            {findings.slice(0, 4).map((one) => (
              <p key={one.field + one.code}>{one[language.value]}</p>
            ))}
            <p>{w.still_saves}</p>
          </Note>
        )}
        {!dated && <Note halt>{w.date_needed}</Note>}
      </main>
      <Dock hint={w.save_hint}>
        <Do icon="check" disabled={saving.value || !dated} onClick={() => void save()}>
          {saving.value ? w.saving : w.save}
        </Do>
      </Dock>
    </>
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
  const w = words.value;
  const date = typeof values.happened_on === "string" ? values.happened_on : today();
  const yesterday = String(addDays(today(), -1));
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
          <span class="under">{w.other_day_hint}</span>
        </span>
        <Icon name="next" />
      </button>
      {date === today() && (
        <button type="button" class="btn slim" onClick={() => set("happened_on", yesterday)}>
          {w.yesterday}
        </button>
      )}
      {date > today() && <Note>{w.future_day}</Note>}
      {(form.about.plots !== "none" || form.about.season !== "none") && (
        <About form={form} values={values} set={set} />
      )}
    </section>
  );
}

function saved(result: Extract<SaveResult, { ok: true }>, draft: Draft): void {
  const w = words.value;
  const see = draft.document === "entry" ? entryHash(result.doc) : makeHash("ruong");
  if (draft.document === "entry") go(draft.isNew ? "#/" : see, true);
  else go(makeHash("ruong"), true);
  const text = result.photosLeft > 0 ? w.saved_photos_left(result.photosLeft) : w.saved;
  toast(text, { word: w.see, run: () => go(see) });
  void app().sync.askPersist();
  offerInstall();
}

/** Says whether nothing of the form's own was filled in yet, so that "như lần trước" loses nothing. */
function isBare(form: Form, values: Values): boolean {
  const common = new Set(["happened_on", "plots", "season", "performed_by", "note", "position"]);
  const own = form.fields.filter((field) => !common.has(field.name) && field.default === null);
  return own.every((field) => isEmpty(values[field.name])) && lineIds(values).length === 0;
}
