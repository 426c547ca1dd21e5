/** Drafts: what is being typed, kept on the phone before it is a signed op; and saving it as one. */
import { computed, signal } from "@preact/signals";
import { msToDate } from "../core/civil.ts";
import { groupOf } from "../core/forms.ts";
import { b64Encode, makeUuid7 } from "../core/ids.ts";
import { VOICE_SECONDS_MAX } from "../core/limits.ts";
import type { Database } from "../store/db.ts";
import { StoreError } from "../store/db.ts";
import type { DraftPhotoRow, DraftRow } from "../store/rows.ts";
import { type NewOp, saveOps } from "../store/save.ts";
import { randomBytes } from "../store/world.ts";
import { type Context, me, problemOf, textValue } from "./context.ts";
import { splitFields } from "./diary.ts";
import { scalePicture } from "./pictures.ts";
import type {
  Draft,
  DraftChange,
  DraftResult,
  Drafts,
  NewDraft,
  PhotoResult,
  SaveResult,
  Values,
  WriteProblem,
} from "./types.ts";

const KEEP_MS = 400;

export function newId(c: Context): string {
  return makeUuid7(c.store.world.now(), randomBytes(c.store.world, 10));
}

/** Read the drafts of the current person anew. */
export async function loadDrafts(c: Context): Promise<void> {
  const device = c.current.value?.device;
  if (device === undefined) return;
  const rows = await c.store.use((db) => db.drafts.where("device").equals(device).toArray());
  c.drafts.value = rows.sort((a, b) => b.updated_at - a.updated_at);
}

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
  const fresh = photos.map((p): NewOp => {
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
  return fresh;
}

async function removalOps(c: Context, draft: DraftRow): Promise<NewOp[]> {
  const found = await c.store.use((db) =>
    db.docs.bulkGet(draft.removedPhotos.map((d): [string, string] => [draft.scope, d])),
  );
  return found.flatMap((row) =>
    row ? [{ scope: draft.scope, doc: row.doc, after: row.tips, set: { _deleted: true }, private: {} }] : [],
  );
}

async function finish(db: Database, draft: DraftRow, photos: readonly DraftPhotoRow[]): Promise<void> {
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
  const left = draft.photos.filter((p) => !photos.includes(p));
  if (left.length === 0) await db.drafts.delete(draft.id);
  const used = (await db.meta.get("usage"))?.value;
  const counts: { [form: string]: number } = typeof used === "object" && used !== null ? { ...used } : {};
  counts[draft.form] = (counts[draft.form] ?? 0) + 1;
  await db.meta.put({ key: "usage", value: counts });
}

async function save(c: Context, draft: DraftRow): Promise<SaveResult> {
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
  if (Object.keys(fields).length === 0 && photos.length === 0 && removed.length === 0) {
    return { ok: false, problem: "nothing_changed" };
  }
  const main: NewOp = {
    scope: draft.scope,
    doc: draft.doc,
    after: draft.after,
    ...splitFields(c, draft.form, fields),
  };
  const text = Object.keys(fields).length > 0 ? [main] : [];
  const saved = await saveOps(
    c.store,
    who,
    [...text, ...photoOps(c.store.world.now(), draft, photos), ...removed],
    (db) => finish(db, draft, photos),
  );
  if (!saved.ok) return saved;
  const left = draft.photos.length - photos.length;
  return {
    ok: true,
    doc: draft.doc,
    scope: draft.scope,
    photosLeft: left,
    draft: left > 0 ? draft.id : null,
  };
}

export function makeDrafts(c: Context): Drafts {
  const failed = signal<WriteProblem | null>(null);
  const open = new Map<string, DraftRow>();
  const dirty = new Set<string>();
  const unstored = new Map<string, ArrayBuffer>();
  let cancel: (() => void) | null = null;

  const get = async (id: string): Promise<DraftRow | null> => {
    const held = open.get(id) ?? (await c.store.use((db) => db.drafts.get(id))) ?? null;
    if (held) open.set(id, held);
    return held;
  };
  const put = (row: DraftRow): DraftRow => {
    const next = { ...row, updated_at: c.store.world.now() };
    open.set(row.id, next);
    dirty.add(row.id);
    return next;
  };
  const flush = async (): Promise<WriteProblem | null> => {
    cancel?.();
    cancel = null;
    const rows = [...dirty].flatMap((id) => open.get(id) ?? []);
    dirty.clear();
    try {
      if (rows.length > 0) await c.store.use((db) => db.drafts.bulkPut(rows));
      failed.value = null;
      await loadDrafts(c);
    } catch (error) {
      for (const row of rows) dirty.add(row.id);
      failed.value = problemOf(error);
    }
    return failed.value;
  };
  const begin = async (row: DraftRow): Promise<DraftResult> => {
    put(row);
    const problem = await flush();
    return problem === null ? { ok: true, draft: row } : { ok: false, problem };
  };
  const blank = (form: string, document: Draft["document"], doc: string): DraftRow => ({
    id: newId(c),
    device: c.current.value?.device ?? "",
    scope: c.farm.value?.scope ?? "",
    doc,
    document,
    form,
    isNew: true,
    values: {},
    base: {},
    after: [],
    photos: [],
    removedPhotos: [],
    focus: null,
    pendingCapture: null,
    updated_at: c.store.world.now(),
  });
  const create = async (start: NewDraft): Promise<DraftResult> => {
    if (!c.farm.value?.write) return { ok: false, problem: "read_only" };
    const document = c.forms.value.get(start.form)?.document ?? "entry";
    const row = blank(start.form, document, `${document}:${newId(c)}`);
    const today = msToDate(c.store.world.now());
    const first: Values =
      document === "entry" ? { happened_on: today, performed_by: c.current.value?.name ?? "" } : {};
    if (start.season !== undefined) first.season = start.season;
    if (start.plots !== undefined) first.plots = [...start.plots];
    return begin({ ...row, values: { ...first, ...(start.values ?? {}) } });
  };
  const edit = async (doc: string): Promise<DraftResult> => {
    const scope = c.farm.value?.scope ?? "";
    if (!c.farm.value?.write) return { ok: false, problem: "read_only" };
    const held = c.drafts.value.find((d) => d.doc === doc && d.scope === scope);
    const row = held ? await get(held.id) : null;
    if (row) return { ok: true, draft: row };
    const stored = await c.store.use((db) => db.docs.get([scope, doc]));
    if (!stored) return { ok: false, problem: "missing" };
    const document = stored.type === "plot" ? "plot" : stored.type === "season" ? "season" : "entry";
    const form = textValue(stored.values.form) ?? document;
    const values = { ...stored.values };
    return begin({ ...blank(form, document, doc), isNew: false, values, base: values, after: stored.tips });
  };
  const keep = (id: string, change: DraftChange): void => {
    const row = open.get(id) ?? c.drafts.value.find((d) => d.id === id);
    const full = row ? open.get(row.id) : undefined;
    if (!full) return void get(id).then((found) => found && keep(id, change));
    put({
      ...full,
      values: change.values ? { ...change.values } : full.values,
      focus: change.focus === undefined ? full.focus : change.focus,
      removedPhotos: change.removedPhotos ? [...change.removedPhotos] : full.removedPhotos,
    });
    cancel ??= c.store.world.setTimer(() => void flush(), KEEP_MS);
  };
  const attach = async (
    id: string,
    bytes: ArrayBuffer,
    photo: Omit<DraftPhotoRow, "id" | "sha256" | "stored" | "bytes">,
  ): Promise<PhotoResult> => {
    const row = await get(id);
    if (!row) return { ok: false, problem: "missing" };
    const sha256 = b64Encode(new Uint8Array(await c.store.world.crypto.subtle.digest("SHA-256", bytes)));
    const fresh: DraftPhotoRow = { ...photo, id: newId(c), sha256, bytes: bytes.byteLength, stored: true };
    try {
      await c.store.use((db) => db.blobs.put({ scope: row.scope, sha256, bytes }));
    } catch (error) {
      const problem = problemOf(error) === "storage_full" ? "storage_full" : "storage_broken";
      const left = { ...fresh, stored: false };
      unstored.set(left.id, bytes);
      put({
        ...(open.get(id) ?? row),
        photos: [...(open.get(id) ?? row).photos, left],
        pendingCapture: null,
      });
      return { ok: false, problem, photo: left };
    }
    const latest = open.get(id) ?? row;
    put({ ...latest, photos: [...latest.photos, fresh], pendingCapture: null });
    await flush();
    return { ok: true, photo: fresh };
  };
  const mark = async (id: string, pendingCapture: DraftRow["pendingCapture"]) => {
    const row = await get(id);
    if (row) put({ ...row, pendingCapture });
    return flush();
  };

  return {
    list: c.drafts,
    toResume: computed(() => c.drafts.value.find((d) => d.pendingCapture !== null) ?? null),
    failed,
    create,
    edit,
    get,
    keep,
    flush,
    beforeCamera: (id, kind) => mark(id, { kind }),
    afterCamera: async (id) => void (await mark(id, null)),
    async discard(id) {
      open.delete(id);
      dirty.delete(id);
      await c.store.use((db) => db.drafts.delete(id));
      await loadDrafts(c);
    },
    async addPhoto(id, blob, kind) {
      const scaled = await scalePicture(blob);
      if (scaled === null) return { ok: false, problem: "undecodable" };
      const { width, height } = scaled;
      return attach(id, scaled.bytes, { kind, type: "image/jpeg", width, height, seconds: null });
    },
    async addVoice(id, blob, seconds) {
      if (seconds > VOICE_SECONDS_MAX + 1) return { ok: false, problem: "too_long" };
      const type = blob.type.split(";")[0] || "audio/webm";
      return attach(id, await blob.arrayBuffer(), {
        kind: "voice",
        type,
        width: null,
        height: null,
        seconds: Math.round(seconds),
      });
    },
    async removePhoto(id, photo) {
      const row = await get(id);
      if (row) put({ ...row, photos: row.photos.filter((p) => p.id !== photo) });
      await flush();
    },
    async photoUrl(id, photo) {
      const row = await get(id);
      const found = row?.photos.find((p) => p.id === photo);
      if (!row || !found) return null;
      const stored = await c.store.use((db) => db.blobs.get([row.scope, found.sha256]));
      const bytes = stored?.bytes ?? unstored.get(photo);
      return bytes ? URL.createObjectURL(new Blob([bytes], { type: found.type })) : null;
    },
    async save(id) {
      const row = await get(id);
      if (!row) return { ok: false, problem: "missing" };
      try {
        const saved = await save(c, row);
        if (!saved.ok) return saved;
        open.delete(id);
        dirty.delete(id);
        if (saved.photosLeft > 0) {
          const stored = await c.store.use((db) => db.docs.get([row.scope, row.doc]));
          const left = row.photos.filter((p) => !p.stored);
          put({
            ...row,
            isNew: false,
            base: row.values,
            after: stored?.tips ?? [],
            photos: left,
            removedPhotos: [],
          });
          await flush();
        }
        await loadDrafts(c);
        c.bell();
        c.kick();
        return saved;
      } catch (error) {
        return { ok: false, problem: problemOf(error) };
      }
    },
    async lastLike(form, season, plot) {
      const scope = c.farm.value?.scope ?? "";
      const rows = await c.store.use((db) =>
        db.docs
          .where("[scope+type+sort]")
          .between([scope, "entry", ""], [scope, "entry", "\uffff"])
          .reverse()
          .filter((r) => r.values.form === form && !r.deleted)
          .limit(20)
          .toArray(),
      );
      const near = (r: (typeof rows)[number]) =>
        Number(r.values.season === season) * 2 +
        Number(Array.isArray(r.values.plots) && r.values.plots.includes(plot));
      const best = rows.sort((a, b) => near(b) - near(a))[0];
      const known = c.forms.value.get(form);
      if (!best || !known) return null;
      const skip = new Set(known.fields.filter((f) => !f.repeat).map((f) => f.name));
      const lineSkip = new Set((known.lines?.fields ?? []).filter((f) => !f.repeat).map((f) => f.name));
      const kept = Object.entries(best.values).filter(([name]) => {
        if (name === "form" || name === "form_version" || skip.has(name)) return false;
        return !name.startsWith("line.") || !lineSkip.has(name.slice(name.lastIndexOf(".") + 1));
      });
      return Object.fromEntries(kept);
    },
  };
}
