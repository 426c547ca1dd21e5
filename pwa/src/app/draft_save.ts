/** Saving a draft: the ops it becomes, and the one transaction that stores them and ends it. */
import { groupOf, tileOf } from "../core/forms.ts";
import type { Database } from "../store/db.ts";
import { StoreError } from "../store/db.ts";
import type { DraftPhotoRow, DraftRow } from "../store/rows.ts";
import { type NewOp, saveOps } from "../store/save.ts";
import { type Context, countVoices, me } from "./context.ts";
import { splitFields } from "./diary.ts";
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

async function storePhotos(db: Database, draft: DraftRow, photos: readonly DraftPhotoRow[]): Promise<void> {
  for (const p of photos) {
    const { scope, doc: of } = draft;
    // The bytes were stored when the picture was taken; without them there is no op (case 2).
    if ((await db.blobs.where("[scope+sha256]").equals([scope, p.sha256]).count()) === 0) {
      throw new StoreError("storage_broken", "photo bytes are gone");
    }
    await db.uploads.put({
      doc: `photo:${p.id}`,
      scope,
      sha256: p.sha256,
      of,
      size: p.bytes,
      type: p.type,
      sent: 0,
      state: "waiting",
    });
  }
}

/** What a tile's use is counted under: the form, and the work of it that has a tile of its own. */
export const useName = (form: string, tile: FormTile): string =>
  tile.code === "" ? form : `${form}.${tile.code}`;

async function countUse(c: Context, db: Database, draft: DraftRow): Promise<void> {
  const form = c.forms.value.get(draft.form);
  const name = form ? useName(draft.form, tileOf(form, draft.values)) : draft.form;
  const used = (await db.meta.get("usage"))?.value;
  const counts: { [name: string]: number } = typeof used === "object" && used !== null ? { ...used } : {};
  counts[name] = (counts[name] ?? 0) + 1;
  await db.meta.put({ key: "usage", value: counts });
}

/** What stays of a draft whose text was saved without all its photos: an edit that has seen its own op. */
async function leftOf(
  db: Database,
  draft: DraftRow,
  photos: readonly DraftPhotoRow[],
  device: string,
  hasText: boolean,
): Promise<DraftRow> {
  const ops = await db.ops.where("[scope+doc]").equals([draft.scope, draft.doc]).toArray();
  const own = ops.filter((op) => op.device === device).sort((a, b) => b.n - a.n)[0];
  return {
    ...draft,
    isNew: false,
    base: draft.values,
    after: hasText && own ? [own.id] : draft.after,
    photos: draft.photos.filter((p) => !photos.includes(p)),
    removedPhotos: [],
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
    const saved = await saveOps(c.store, who, ops, async (db) => {
      if (isStored && !(await db.drafts.get(draft.id))) throw new Gone();
      await storePhotos(db, draft, photos);
      if (left === 0) await db.drafts.delete(draft.id);
      else await db.drafts.put(await leftOf(db, draft, photos, who.device, hasText));
      if (draft.isNew) await countUse(c, db, draft);
    });
    if (!saved.ok) return saved;
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
