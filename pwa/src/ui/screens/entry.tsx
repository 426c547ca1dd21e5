/** One entry: its day and state, what two phones say, what the cooperative asks, photos, facts, what happened to it. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { EntryDetail, Form, FormField, HistoryStep, PhotoRow } from "../../app/types.ts";
import { app } from "../app.ts";
import { useHarvests } from "../form/harvests.tsx";
import { EntryFindings } from "../form/noticed.tsx";
import { isSound, Sound, useUrl } from "../form/photos.tsx";
import { labelOf } from "../form/plan.ts";
import { Btn, Do, Dock, Icon, Leaf, Note, State, Top } from "../pieces/basic.tsx";
import { chooseOne, openSheet, toast, warn } from "../pieces/overlay.tsx";
import { go, makeHash } from "../router.ts";
import { formShort, lineIds, moment, photoName, valueShown, whereShown } from "../show.ts";
import { say, words } from "../words/index.ts";
import { writeText } from "../words/problems.ts";
import { recordWords } from "../words/record.ts";
import { Conflicts } from "./conflicts.tsx";
import { beginEdit } from "./rows.tsx";
import { Talk } from "./talk.tsx";

export function EntryScreen({ doc }: { doc: string }) {
  const w = words.value;
  const detail = useSignal<EntryDetail | null | undefined>(undefined);
  const { changed } = app().diary;
  useEffect(() => {
    let gone = false;
    void app()
      .diary.detail(doc)
      .then((found) => {
        if (!gone) detail.value = found;
      });
    return () => {
      gone = true;
    };
  }, [doc, changed.value]);
  const now = detail.value;
  if (now === undefined) return <p class="help phone">{w.loading}</p>;
  if (now === null) {
    return (
      <main class="phone">
        <Top title={w.diary} />
        <Note>{w.no_entry}</Note>
      </main>
    );
  }
  return <Shown entry={now} />;
}

function Shown({ entry }: { entry: EntryDetail }) {
  const w = words.value;
  const r = recordWords.value;
  const form = app().activities.form(entry.form);
  return (
    <>
      <main class="phone">
        <Top title={formShort(entry)} />
        <section class="row headline">
          <Leaf date={entry.happened_on} />
          <div class="grow">
            <p class="crop">
              <b>{whereShown(entry)}</b>
            </p>
            <State row={entry} />
          </div>
        </section>
        {entry.conflicts.length > 0 && form !== null && entry.mayWrite && (
          <Conflicts entry={entry} form={form} />
        )}
        <Talk entry={entry} />
        <EntryFindings entry={entry} />
        {entry.erased && <Note>{r.erased_note}</Note>}
        {entry.photos.length > 0 && <h2>{w.photos}</h2>}
        <div class="photos">
          {entry.photos.map((photo) => (
            <Stored key={photo.doc} photo={photo} form={form} />
          ))}
        </div>
        <h2>{w.recorded}</h2>
        {form !== null && <Facts form={form} entry={entry} />}
        <h2>{w.history}</h2>
        <ol class="steps card">{entry.history.flatMap((step) => historyItems(step, form))}</ol>
        {entry.mayWrite && <VoidOrRestore entry={entry} />}
      </main>
      <Dock bar={!entry.mayWrite}>
        {entry.mayWrite && !entry.deleted && entry.conflicts.length === 0 && (
          <Do icon="draft" onClick={() => void beginEdit(entry.doc, entry.question?.field)}>
            {entry.draft === null ? r.edit : w.go_on}
          </Do>
        )}
      </Dock>
    </>
  );
}

/** Every filled field in the order of the form; each product line on a card of its own. */
function Facts({ form, entry }: { form: Form; entry: EntryDetail }) {
  useHarvests(form.fields.some((field) => field.of === "entry"));
  const told = (fields: readonly FormField[], prefix = "") =>
    fields
      .map((field) => ({
        key: prefix + field.name,
        label: say(field.label),
        text: valueShown(field, entry.values[prefix + field.name]),
      }))
      .filter((one) => one.text !== "");
  const skipped = new Set(["happened_on", "season", "plots"]);
  const lines = form.lines?.fields ?? [];
  const parts = [
    ...lineIds(entry.values).map((id) => told(lines, `line.${id}.`)),
    told(form.fields.filter((field) => !skipped.has(field.name))),
  ].filter((part) => part.length > 0);
  if (parts.length === 0) return <p class="help">{words.value.none}</p>;
  return (
    <>
      {parts.map((part) => (
        <dl key={part[0]?.key} class="card facts">
          {part.map((one) => (
            <div key={one.key}>
              <dt>{one.label}</dt>
              <dd>{one.text}</dd>
            </div>
          ))}
        </dl>
      ))}
    </>
  );
}

const DOTS: Readonly<Record<HistoryStep["what"], string>> = {
  created: "onphone",
  changed: "amended",
  voided: "waste",
  restored: "undo",
  photo: "camera",
  resolved: "fork",
};

function historyItems(step: HistoryStep, form: Form | null) {
  const w = words.value;
  const r = recordWords.value;
  const who = step.who ?? (step.mine ? r.this_phone : w.other_phone);
  const changed = [...new Set(step.changes.map((one) => labelOf(form, one.field)).filter(Boolean))]
    .slice(0, 3)
    .join(", ");
  const texts: Record<HistoryStep["what"], string> = {
    created: step.behalf === null ? r.h_created(who) : r.h_created_for(who, step.behalf),
    changed: r.h_changed(who, changed.toLowerCase().replaceAll("?", "")),
    voided: r.h_voided(who),
    restored: r.h_restored(who),
    photo: r.h_photo(who),
    resolved: r.h_resolved(who),
  };
  const late = step.received_at !== null && step.state === "sent";
  const items = [
    <li key={step.op}>
      <span class={step.state === "refused" ? "dot n" : "dot"}>
        <Icon name={DOTS[step.what]} />
      </span>
      <div>
        <b>{texts[step.what]}</b>
        <span class="under">
          {moment(step.recorded_at)}
          {step.skew !== null && Math.abs(step.skew) > 600_000 ? `, ${r.clock_off}` : ""}
          {step.state === "held" ? `, ${w.state_held.toLowerCase()}` : ""}
          {step.state === "refused" ? `, ${w.state_refused.toLowerCase()}` : ""}
        </span>
      </div>
    </li>,
  ];
  if (late && step.what === "created") {
    items.push(
      <li key={`${step.op}-sent`}>
        <span class="dot g">
          <Icon name="sent" />
        </span>
        <div>
          <b>{r.h_received}</b>
          <span class="under">{moment(step.received_at ?? 0)}</span>
        </div>
      </li>,
    );
  }
  return items;
}

const isGone = (photo: PhotoRow) => photo.state === "broken" || photo.state === "erased";

/** A stored photo: small here, whole in a sheet; bytes that are elsewhere or broken are said, not hidden. */
function Stored({ photo, form }: { photo: PhotoRow; form: Form | null }) {
  const r = recordWords.value;
  const sound = isSound(photo.type);
  const small = useUrl(
    async () => (isGone(photo) || sound ? null : app().photoUrl(photo, "thumb")),
    photo.sha256,
  );
  const label = sound ? r.voice_note : photoName(form, photo.kind);
  const open = () => openSheet(label, () => <Large photo={photo} label={label} />, true);
  return (
    <button type="button" class="photo" aria-label={label} onClick={open}>
      {small !== null && <img src={small} alt="" />}
      {small === null && <Icon name={isGone(photo) ? "warn" : sound ? "play" : "camera"} size="l" />}
    </button>
  );
}

function Large({ photo, label }: { photo: PhotoRow; label: string }) {
  const r = recordWords.value;
  const url = useUrl(() => app().photoUrl(photo, "view"), `${photo.sha256}-view`);
  if (photo.state === "erased") return <Note>{r.photo_erased}</Note>;
  if (photo.state === "broken") return <Note halt>{r.photo_broken}</Note>;
  if (url === null) return <Note>{r.photo_remote}</Note>;
  return isSound(photo.type) ? <Sound url={url} /> : <img class="large" src={url} alt={label} />;
}

/** Taking out is an op with a reason and can be undone, so nothing is asked twice. */
function VoidOrRestore({ entry }: { entry: EntryDetail }) {
  const w = words.value;
  const r = recordWords.value;
  const restore = async () => {
    const result = await app().diary.restore(entry.doc);
    if (result.ok) toast(w.saved);
    else warn(writeText(result.problem));
  };
  const take = async (reason: string) => {
    const result = await app().diary.void(entry.doc, reason);
    if (!result.ok) return warn(writeText(result.problem));
    go(makeHash("nhat-ky"), true);
    return toast(w.mark_deleted, { word: w.undo, run: () => void restore(), undo: true });
  };
  if (entry.deleted) {
    return (
      <Btn icon="undo" onClick={() => void restore()}>
        {w.undo}
      </Btn>
    );
  }
  const options = r.void_reasons.map((text) => ({ value: text, text, help: "" }));
  return (
    <>
      <Btn
        kind="quiet"
        icon="waste"
        onClick={() => chooseOne(r.void_why, options, null, (reason) => void take(reason))}
      >
        {r.void_entry}
      </Btn>
      <p class="help">{r.void_note}</p>
    </>
  );
}
