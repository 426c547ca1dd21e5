/**
 * An entry as a list shows it, in exactly one state: the first of LOOK.md that applies to its own ops, to its
 * photos, or to what the cooperative said of it.
 *
 * What reviews come to is said in core/reviews.ts, for the server alike.
 */
import { parseReview, standingOf } from "../core/reviews.ts";
import type { Database } from "../store/db.ts";
import type { DocRow } from "../store/rows.ts";
import { countVoices, textsOf, textValue } from "./context.ts";
import type { EntryRow, EntryState, PhotoRow, Question, Value } from "./types.ts";

const ORDER: readonly EntryState[] = ["refused", "onphone", "waiting", "held"];
const number = (v: Value | undefined): number | null => (typeof v === "number" ? v : null);

function toPhoto(row: DocRow, state: PhotoRow["state"]): PhotoRow {
  const v = row.values;
  return {
    doc: row.doc,
    scope: row.scope,
    kind: textValue(v.kind) ?? "",
    type: textValue(v.type) ?? "image/jpeg",
    sha256: textValue(v.sha256) ?? "",
    bytes: number(v.bytes) ?? 0,
    width: number(v.width),
    height: number(v.height),
    seconds: number(v.seconds),
    state,
  };
}

async function toPhotos(db: Database, rows: readonly DocRow[]): Promise<PhotoRow[]> {
  if (rows.length === 0) return [];
  const uploads = await db.uploads.bulkGet(rows.map((row) => row.doc));
  return rows.map((row, i) => toPhoto(row, row.erased === 1 ? "erased" : (uploads[i]?.state ?? "remote")));
}

/** The photos and voice notes of a document, those taken away left out. */
export async function photosOf(db: Database, scope: string, doc: string): Promise<PhotoRow[]> {
  const rows = await db.docs.where("[scope+of]").equals([scope, doc]).toArray();
  return toPhotos(
    db,
    rows.filter((row) => row.type === "photo" && !row.deleted),
  );
}

/** A review and the membership that wrote it; "" where nothing turns on it. */
interface Written {
  row: DocRow;
  by: string;
}

/** Reviews newest first; where two stand, the log's order says which came last. */
async function writtenReviews(db: Database, rows: readonly DocRow[]): Promise<Written[]> {
  const reviews = rows.filter((row) => row.type === "review" && !row.deleted);
  if (reviews.length < 2) return reviews.map((row) => ({ row, by: "" }));
  const placed = await Promise.all(
    reviews.map(async (row) => {
      const ops = await db.ops.where("[scope+doc]").equals([row.scope, row.doc]).sortBy("seq");
      const seqs = ops.map((op) => op.seq ?? Number.MAX_SAFE_INTEGER);
      const first: { by?: unknown } = JSON.parse(ops[0]?.body ?? "{}");
      return { row, by: typeof first.by === "string" ? first.by : "", seq: Math.max(...seqs) };
    }),
  );
  return placed.sort((a, b) => b.seq - a.seq);
}

/** Reviews newest first. */
export async function newestReviews(db: Database, rows: readonly DocRow[]): Promise<DocRow[]> {
  return (await writtenReviews(db, rows)).map((one) => one.row);
}

interface Judged {
  state: EntryState;
  /** The review that decides; null where none does. */
  review: DocRow | null;
}

function reviewed(reviews: readonly Written[], entry: DocRow, photos: readonly DocRow[]): Judged {
  const shown = [entry, ...photos];
  const heads = shown.flatMap((row) => Object.values(row.heads).flat());
  const hasConflict = shown.some((row) => row.conflicts.length > 0);
  const said = reviews.map(({ row, by }) => parseReview(row.values, by));
  const { state, place } = standingOf(said, heads, hasConflict);
  return { state, review: place === null ? null : (reviews[place]?.row ?? null) };
}

async function stateOf(
  db: Database,
  row: DocRow,
  others: readonly DocRow[],
  isWaiting: boolean,
): Promise<Judged> {
  const photos = others.filter((one) => one.type === "photo");
  const states = new Set<EntryState>([row, ...photos].map((one) => one.state));
  if (isWaiting) states.add("waiting");
  const own = ORDER.find((state) => states.has(state));
  if (own !== undefined) return { state: own, review: null };
  return reviewed(await writtenReviews(db, others), row, photos);
}

/** The entries with their photos and states: one transaction, and questions that do not wait for each other. */
export async function toEntries(db: Database, rows: readonly DocRow[]): Promise<EntryRow[]> {
  if (rows.length === 0) return [];
  return db.transaction("r", [db.docs, db.uploads, db.ops], async () => {
    const others = await Promise.all(
      rows.map((row) => db.docs.where("[scope+of]").equals([row.scope, row.doc]).toArray()),
    );
    return Promise.all(rows.map((row, i) => entryOf(db, row, others[i] ?? [])));
  });
}

/** The entry with its photos and its state. */
export async function toEntry(db: Database, row: DocRow): Promise<EntryRow> {
  const [entry] = await toEntries(db, [row]);
  return entry as EntryRow;
}

/** What the cooperative asks, and whether somebody answered it in words. */
function questionOf(review: DocRow, others: readonly DocRow[]): Question {
  const isAnswer = (row: DocRow) =>
    row.type === "comment" && !row.deleted && row.values.answers === review.doc && row.values.seen !== true;
  return {
    kind: "asked",
    review: review.doc,
    comment: textValue(review.values.comment) ?? "",
    field: textValue(review.values.field),
    answered: others.some(isAnswer),
  };
}

/** The newest message of the cooperative that nobody here answered or marked as read. Source: PROTOCOL §28. */
function messageOf(others: readonly DocRow[]): Question | null {
  const comments = others.filter((row) => row.type === "comment" && !row.deleted);
  const answered = new Set(comments.map((row) => row.values.answers));
  const open = comments.filter((row) => row.values.answers === undefined && row.values.seen !== true);
  const last = open.sort((a, b) => b.recordedAt - a.recordedAt)[0];
  if (last === undefined || answered.has(last.doc)) return null;
  const comment = textValue(last.values.text) ?? "";
  return { kind: "said", review: last.doc, comment, field: null, answered: false };
}

async function entryOf(db: Database, row: DocRow, others: readonly DocRow[]): Promise<EntryRow> {
  const shown = others.filter((one) => one.type === "photo" && !one.deleted);
  const photos = await toPhotos(db, shown);
  const waiting = photos.filter((p) => p.state === "waiting");
  const v = row.values;
  const { state, review } = await stateOf(db, row, others, waiting.length > 0);
  return {
    scope: row.scope,
    doc: row.doc,
    form: textValue(v.form) ?? "",
    happened_on: textValue(v.happened_on) ?? "",
    recorded_at: row.recordedAt,
    season: textValue(v.season),
    plots: textsOf(v.plots),
    state,
    question: state === "asked" && review !== null ? questionOf(review, others) : messageOf(others),
    conflict: row.conflicts.length > 0,
    deleted: row.deleted,
    erased: row.erased === 1,
    photos,
    waitingPhotos: waiting.length,
    waitingVoices: countVoices(waiting),
    values: v,
  };
}

/** What the states of a scope's entries depend on beside their own ops, read once for many of them. */
export interface Beside {
  /** Entries with photo documents in these states, or with bytes that wait. */
  photos: ReadonlyMap<EntryState, ReadonlySet<string>>;
  reviewed: ReadonlySet<string>;
}

export async function readBeside(db: Database, scope: string): Promise<Beside> {
  const photos = new Map<EntryState, Set<string>>();
  for (const state of ORDER) {
    const rows = await db.docs.where("[scope+type+state]").equals([scope, "photo", state]).toArray();
    photos.set(state, new Set(rows.map((row) => row.of)));
  }
  const bytes = await db.uploads.where("state").equals("waiting").toArray();
  for (const row of bytes) if (row.scope === scope) photos.get("waiting")?.add(row.of);
  const reviews = await newestDocs(db, scope, "review");
  return { photos, reviewed: new Set(reviews.map((row) => row.of)) };
}

function newestDocs(db: Database, scope: string, type: string): Promise<DocRow[]> {
  return db.docs.where("[scope+type+sort]").between([scope, type, ""], [scope, type, "\uffff"]).toArray();
}

/** Says whether an entry can be in one of these states: false is certain, true is to be looked at. */
export function mayBeIn(row: DocRow, states: ReadonlySet<EntryState>, beside: Beside): boolean {
  const own = ORDER.find((state) => row.state === state || beside.photos.get(state)?.has(row.doc));
  if (own !== undefined) return states.has(own);
  if (!beside.reviewed.has(row.doc)) return states.has("sent");
  return ["asked", "amended", "approved", "sent"].some((state) => states.has(state as EntryState));
}

/** Entries at which the cooperative asks or said something, newest first. */
export async function askedEntries(db: Database, scope: string): Promise<EntryRow[]> {
  const said = [...(await newestDocs(db, scope, "review")), ...(await newestDocs(db, scope, "comment"))];
  const docs = [...new Set(said.filter((row) => !row.deleted).map((row) => row.of))];
  const rows = await db.docs.bulkGet(docs.map((doc): [string, string] => [scope, doc]));
  const shown = rows.flatMap((row) => (row?.type === "entry" && !row.deleted ? [row] : []));
  const found = (await toEntries(db, shown)).filter((entry) => entry.question !== null);
  return found.sort((a, b) => (a.happened_on < b.happened_on ? 1 : -1));
}
