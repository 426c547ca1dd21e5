/** Drafts: what is being typed, kept on the phone before it is a signed op; and saving it as one. */
import { signal } from "@preact/signals";
import { msToDate } from "../core/civil.ts";
import { Refusal } from "../core/errors.ts";
import { parseOp } from "../core/ops.ts";
import { type DraftRow, fieldsOf } from "../store/rows.ts";
import { originOf, prepareSave } from "../store/save.ts";
import { type Context, newId, problemOf, textValue } from "./context.ts";
import { DraftDesk, loadDrafts } from "./draft_desk.ts";
import { DraftPhotos } from "./draft_photos.ts";
import { readUsed, saveDraft } from "./draft_save.ts";
import { lastLike, productsBefore, written } from "./last_like.ts";
import { type ScalePicture, scalePicture } from "./pictures.ts";
import type { Draft, DraftResult, Drafts, NewDraft, SaveResult, Values } from "./types.ts";

/** Types of documents whose form goes by their own name. */
const DOCUMENTS = ["plot", "season", "inspection", "question"] as const;

function blank(c: Context, form: string, document: Draft["document"], doc: string): DraftRow {
  return {
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
    focus: "", // its form opens now, and a page killed from here on comes back to it
    pendingCapture: null,
    updated_at: c.store.world.now(),
  };
}

async function begin(desk: DraftDesk, row: DraftRow): Promise<DraftResult> {
  const problem = await desk.begin(row);
  // A full phone still lets a person type; `failed` says that it is not kept, and the save that it did not fit.
  if (problem !== null && problem !== "storage_full") return { ok: false, problem };
  return { ok: true, draft: row };
}

/** Whom a helper records for in a farm's book; null: for himself. */
async function behalfOf(c: Context, scope: string) {
  return c.households.value === null ? null : (await import("./team/behalf.ts")).behalfOf(c, scope);
}

async function create(c: Context, desk: DraftDesk, start: NewDraft): Promise<DraftResult> {
  if (!c.farm.value?.write) return { ok: false, problem: "read_only" };
  const document = c.forms.value.get(start.form)?.document ?? "entry";
  const row = blank(c, start.form, document, `${document}:${newId(c)}`);
  const today = msToDate(c.store.world.now());
  const whom = document === "entry" ? await behalfOf(c, row.scope) : null;
  const first: Values =
    document === "entry"
      ? { happened_on: today, performed_by: (whom?.name || c.current.value?.name) ?? "" }
      : {};
  if (whom !== null) first.on_behalf_of = whom.membership;
  if (start.season !== undefined) first.season = start.season;
  if (start.plots !== undefined) first.plots = [...start.plots];
  return begin(desk, { ...row, values: { ...first, ...(start.values ?? {}) } });
}

/** What was said in ops that can never be taken as they are: a person records it again. */
async function refusedFields(c: Context, scope: string, doc: string): Promise<Values> {
  return c.store.use(async (db) => {
    const origin = await originOf(db);
    const rows = await db.ops.where("[scope+doc]").equals([scope, doc]).toArray();
    const refused = rows.filter((row) => row.state === "refused").sort((a, b) => a.n - b.n);
    const said = refused.map((row) => {
      const op = parseOp(origin, row.body, row.private);
      return op instanceof Refusal ? {} : fieldsOf(op);
    });
    return Object.assign({}, ...said) as Values;
  });
}

async function edit(
  c: Context,
  desk: DraftDesk,
  doc: string,
  focus: string | null = null,
  by?: string,
): Promise<DraftResult> {
  const scope = c.farm.value?.scope ?? "";
  if (!c.farm.value?.write) return { ok: false, problem: "read_only" };
  const held = c.drafts.value.find((d) => d.doc === doc && d.scope === scope);
  const row = held ? await desk.get(held.id) : null;
  if (row) {
    if (focus !== null) desk.keep(row.id, { focus });
    return { ok: true, draft: focus === null ? row : { ...row, focus } };
  }
  const stored = await c.store.use((db) => db.docs.get([scope, doc]));
  if (!stored) return { ok: false, problem: "missing" };
  if (stored.erased === 1) return { ok: false, problem: "read_only" };
  const document = DOCUMENTS.find((one) => one === stored.type) ?? "entry";
  const again = await refusedFields(c, scope, doc);
  if (Object.keys(stored.heads).length === 0) {
    // Nothing of it was ever taken: it is recorded anew under its own name, to which its photos hold.
    const { form: code, form_version: _, ...rest } = again;
    return begin(desk, { ...blank(c, textValue(code) ?? document, document, doc), values: rest });
  }
  const form = by ?? textValue(stored.values.form) ?? document;
  const base = { ...stored.values };
  const values = { ...base, ...again };
  // What the person sees now is what the save will have seen, whatever is pulled meanwhile.
  return begin(desk, {
    ...blank(c, form, document, doc),
    isNew: false,
    values,
    base,
    after: stored.tips,
    focus: focus ?? "",
  });
}

/** Chromium counts its room down from what it asked for last, and asks anew only after a refusal: so once more. */
async function saveTwice(c: Context, row: DraftRow, isStored: boolean): Promise<SaveResult> {
  try {
    return await saveDraft(c, row, isStored);
  } catch (error) {
    if (problemOf(error) !== "storage_full") throw error;
    return saveDraft(c, row, isStored);
  }
}

async function write(c: Context, desk: DraftDesk, photos: DraftPhotos, id: string): Promise<SaveResult> {
  const held = await desk.get(id);
  if (!held) return { ok: false, problem: "missing" };
  try {
    const row = await photos.storeAgain(held);
    const saved = await saveTwice(c, row, !desk.isNew(id));
    if (!saved.ok) return saved;
    desk.drop(id);
    desk.failed.value = null;
    // "Saved" waits for nothing that can be read after it.
    if (saved.draft === null) c.drafts.value = c.drafts.value.filter((one) => one.id !== id);
    else await loadDrafts(c);
    c.bell(saved);
    c.kick();
    return saved;
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

/** Save a draft; a second tap gets the answer of the first. */
function save(c: Context, desk: DraftDesk, photos: DraftPhotos, id: string): Promise<SaveResult> {
  const running = desk.saving.get(id);
  if (running) return running;
  const mine = write(c, desk, photos, id)
    .finally(() => desk.saving.delete(id))
    .then(async (result) => {
      // Nothing was saved: what was typed last before the tap is kept like everything before it.
      if (!result.ok) await desk.flush();
      return result;
    });
  desk.saving.set(id, mine);
  return mine;
}

/** The drafts of this page; `resume` is called once at its start. */
export function makeDrafts(
  c: Context,
  scale: ScalePicture = scalePicture,
): Drafts & { resume: () => Promise<void> } {
  const desk = new DraftDesk(c);
  const photos = new DraftPhotos(c, desk, scale);
  const toResume = signal<Draft | null>(null);
  const mark = async (id: string, pendingCapture: DraftRow["pendingCapture"]) => {
    const row = await desk.get(id);
    if (row) desk.put({ ...row, pendingCapture });
    return desk.flush();
  };
  return {
    list: c.drafts,
    toResume,
    failed: desk.failed,
    create: (start) => create(c, desk, start),
    edit: (doc, focus, form) => edit(c, desk, doc, focus, form),
    get(id) {
      // Who opens a form will save it: what the save stands on is looked at while nobody waits.
      const { current, farm, store } = c;
      if (current.value && farm.value)
        void Promise.all([readUsed(c), prepareSave(store, current.value.device, farm.value.scope)]).catch(
          () => undefined,
        );
      return desk.get(id);
    },
    keep: (id, change) => desk.keep(id, change),
    flush: () => desk.flush(),
    beforeCamera: (id, kind) => mark(id, { kind }),
    afterCamera: async (id) => void (await mark(id, null)),
    async discard(id) {
      const row = await desk.get(id);
      desk.drop(id);
      await c.store.use((db) => db.drafts.delete(id));
      if (row) {
        const hashes = row.photos.map((photo) => photo.sha256);
        await photos.dropBytes(row.scope, hashes);
      }
      await loadDrafts(c);
    },
    addPhoto: (id, blob, kind) => photos.addPhoto(id, blob, kind),
    addVoice: (id, blob, seconds) => photos.addVoice(id, blob, seconds),
    removePhoto: (id, photo) => photos.remove(id, photo),
    photoUrl: (id, photo) => photos.url(id, photo),
    save: (id) => save(c, desk, photos, id),
    lastLike: (form, season, plot) => lastLike(c, form, season, plot),
    written: (form) => written(c, form),
    products: (form) => productsBefore(c, form),
    async resume() {
      toResume.value = await desk.lastOpen();
    },
  };
}
