/** Saving a draft: the ops it becomes, and the one transaction that stores them and ends it. */
import { groupOf, tileOf } from "../core/forms.ts";
import type { Database } from "../store/db.ts";
import { StoreError } from "../store/db.ts";
import type { DraftPhotoRow, DraftRow, OpRow, UploadRow } from "../store/rows.ts";
import { type Also, type NewOp, saveOps } from "../store/save.ts";
import { type Context, countVoices, me } from "./context.ts";
import { splitFields } from "./split.ts";
import type { FormTile, SaveResult, Values } from "./types.ts";

/** Leaves the save: another tab saved this draft, or threw it away. */
class Gone extends Error {}

/** What differs from the opened state, each with its whole group as it stands on the screen. */
export function changedFields(c: Context, draft: DraftRow): Values {
  const same = (name: string) =>
    JSON.stringify(draft.values[name] ?? null) === JSON.stringify(draft.base[name] ?? null);
  const names = new Set([...Object.keys(draft.values), ...Object.keys(draft.base)].filter((n) => !same(n)));
  const form = c.forms.value.get(draft.form);
  if (form) for (const name of [...names]) for (const other of groupOf(form, name)) names.add(other);
  const fields: Values = {};
  for (const name of names) {
    const value = draft.values[name] ?? null;
    if (value !== null || draft.base[name] !== undefined) fields[name] = value;
  }
  return fields;
}

function photoOps(takenAt: number, draft: DraftRow, photos: readonly DraftPhotoRow[]): NewOp[] {
  return photos.map((p): NewOp => {
    const set: Values = { of: draft.doc, sha256: p.sha256, bytes: p.bytes, type: p.type, kind: p.kind };
    if (p.width !== null && p.height !== null) Object.assign(set, { width: p.width, height: p.height });
    if (p.seconds !== null) set.seconds = Math.round(p.seconds);
    return {
      scope: draft.scope,
      doc: `photo:${p.id}`,
      after: [],
      set: { ...set, taken_at: takenAt },
      private: {},
    };
  });
}

async function removalOps(c: Context, draft: DraftRow): Promise<NewOp[]> {
  if (draft.removedPhotos.length === 0) return []; // each look into the database counts: a person waits
  const keys = draft.removedPhotos.map((d): [string, string] => [draft.scope, d]);
  const found = await c.store.use((db) => db.docs.bulkGet(keys));
  return found.flatMap((row) =>
    row && !row.deleted
      ? [{ scope: draft.scope, doc: row.doc, after: row.tips, set: { _deleted: true }, private: {} }]
      : [],
  );
}

/** Which of these photos' bytes are on the phone. */
export function bytesHere(
  db: Database,
  scope: string,
  photos: readonly DraftPhotoRow[],
): Promise<Set<string>> {
  if (photos.length === 0) return Promise.resolve(new Set()); // each look into the database counts: a person waits
  const keys = photos.map((p): [string, string] => [scope, p.sha256]);
  const found = db.blobs.where("[scope+sha256]").anyOf(keys).primaryKeys();
  return found.then((some) => new Set(some.map(([, sha256]) => sha256)));
}

const toUpload = (draft: DraftRow, p: DraftPhotoRow): UploadRow => ({
  doc: `photo:${p.id}`,
  scope: draft.scope,
  sha256: p.sha256,
  of: draft.doc,
  size: p.bytes,
  type: p.type,
  sent: 0,
  state: "waiting",
});

/** What a tile's use is counted under: the form, and the work of it that has a tile of its own. */
export const useName = (form: string, tile: FormTile): string =>
  tile.code === "" ? form : `${form}.${tile.code}`;

/** The counts of use with this draft's. */
function countUse(c: Context, used: unknown, draft: DraftRow): { [name: string]: number } {
  const form = c.forms.value.get(draft.form);
  const name = form ? useName(draft.form, tileOf(form, draft.values)) : draft.form;
  const counts: { [name: string]: number } = typeof used === "object" && used !== null ? { ...used } : {};
  counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** What stays of a draft whose text was saved without all its photos: an edit that has seen its own op. */
function leftOf(draft: DraftRow, photos: readonly DraftPhotoRow[], rows: readonly OpRow[]): DraftRow {
  const own = rows.find((row) => row.doc === draft.doc);
  return {
    ...draft,
    isNew: false,
    base: draft.values,
    after: own ? [own.id] : draft.after,
    photos: draft.photos.filter((p) => !photos.includes(p)),
    removedPhotos: [],
  };
}

/** Read the counts of use while the form is filled in: a save that finds them here asks nothing of its own. */
export async function readUsed(c: Context): Promise<void> {
  c.used = (await c.store.use((db) => db.meta.get("usage")))?.value ?? {};
}

/** What the save does to the draft, its photos and the counts; `isStored` as in `saveDraft`. */
function endDraft(c: Context, draft: DraftRow, photos: readonly DraftPhotoRow[], isStored: boolean): Also {
  let { used } = c;
  const toRead = draft.isNew && used === undefined;
  const isDone = photos.length === draft.photos.length;
  return {
    isReady: !toRead,
    // No `await` in either: see `write` in store/save.ts.
    check: (db) =>
      Promise.all([
        isStored ? db.drafts.get(draft.id) : draft,
        bytesHere(db, draft.scope, photos),
        toRead ? db.meta.get("usage") : undefined,
      ]).then(([held, here, counts]) => {
        if (toRead) used = counts?.value;
        if (!held) return new Gone();
        // The bytes were stored when the picture was taken; without them there is no op (case 2).
        const isWhole = photos.every((p) => here.has(p.sha256));
        return isWhole ? null : new StoreError("storage_broken", "photo bytes are gone");
      }),
    write: (db, rows) =>
      Promise.all([
        photos.length > 0 ? db.uploads.bulkPut(photos.map((p) => toUpload(draft, p))) : undefined,
        isDone ? db.drafts.delete(draft.id) : db.drafts.put(leftOf(draft, photos, rows)),
        draft.isNew ? db.meta.put({ key: "usage", value: countUse(c, used, draft) }) : undefined,
      ]),
  };
}

/**
 * Sign and store a draft, text and the photos whose bytes are on the phone; the others stay in the draft.
 *
 * `isStored`: the draft is on the phone, so one that is not there any more was saved elsewhere.
 */
export async function saveDraft(c: Context, draft: DraftRow, isStored: boolean): Promise<SaveResult> {
  const who = me(c);
  if (!who || !c.farms.value.some((f) => f.scope === draft.scope && f.write))
    return { ok: false, problem: "read_only" };
  const fields = changedFields(c, draft);
  if (draft.isNew && draft.document === "entry") {
    fields.form = draft.form;
    fields.form_version = c.forms.value.get(draft.form)?.version ?? 1;
  }
  const photos = draft.photos.filter((p) => p.stored);
  const removed = await removalOps(c, draft);
  const hasText = Object.keys(fields).length > 0;
  if (!hasText && photos.length === 0 && removed.length === 0) {
    return { ok: false, problem: "nothing_changed" };
  }
  const { scope, doc, after } = draft;
  const text: NewOp[] = hasText ? [{ scope, doc, after, ...splitFields(c, draft.form, fields) }] : [];
  const ops = [...text, ...photoOps(c.store.world.now(), draft, photos), ...removed];
  const unstored = draft.photos.filter((p) => !p.stored);
  const left = unstored.length;
  try {
    const saved = await saveOps(c.store, who, ops, endDraft(c, draft, photos, isStored));
    if (!saved.ok) return saved;
    c.used = undefined; // read anew for the next form: another tab may count too
  } catch (error) {
    if (isGone(error)) return { ok: false, problem: "missing" };
    throw error;
  }
  const voicesLeft = countVoices(unstored);
  return { ok: true, doc, scope, photosLeft: left, voicesLeft, draft: left > 0 ? draft.id : null };
}

/** Dexie may wrap what ended a transaction. */
function isGone(error: unknown): boolean {
  return error instanceof Gone || (error instanceof Error && Reflect.get(error, "inner") instanceof Gone);
}
