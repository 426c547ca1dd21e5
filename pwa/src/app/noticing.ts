/**
 * What the rules notice on this phone, from what all phones of the household recorded: of a form while it is filled
 * in, of a stored entry, and how long a season still waits.
 *
 * A book is read whole once, when something first asks, and kept; a document that was written here is read again by
 * itself, and what others sent makes the book be read anew. Fetched with the first question, never with the first load.
 */
import type { Lists } from "../core/lists.ts";
import { checkDraft, judge, keysOf } from "../core/rules/book.ts";
import { completeness } from "../core/rules/completeness.ts";
import { KEY as DUE, type Due, due } from "../core/rules/due.ts";
import type { Produce } from "../core/rules/form_rules.ts";
import { seasonGaps } from "../core/rules/season.ts";
import type { BookRecord, Finding } from "../core/rules/shape.ts";
import { byOrder } from "../core/rules/shape.ts";
import { moves, stock } from "../core/rules/stock.ts";
import { ground, type Waiting, waiting } from "../core/rules/waiting.ts";
import type { Value } from "../core/values.ts";
import type { Database } from "../store/db.ts";
import type { DocRow } from "../store/rows.ts";
import { originOf } from "../store/save.ts";
import type { Context } from "./context.ts";
import { readOps } from "./history.ts";
import { openLists } from "./lists.ts";
import type { DraftToCheck, Noticing, SeasonRow, SeasonWait } from "./types.ts";

const TYPES = ["entry", "photo", "plot", "season", "inspection"];

/** A folded document as rules see it; where heads disagree the values of all of them are looked up. */
async function toRecord(db: Database, origin: string, row: DocRow): Promise<BookRecord> {
  const rivals: { [field: string]: readonly Value[] } = {};
  if (row.conflicts.length > 0) {
    const stored = await db.ops.where("[scope+doc]").equals([row.scope, row.doc]).toArray();
    const said = new Map(readOps(origin, stored).map((one) => [one.op.id, one.op.fields]));
    for (const field of row.conflicts)
      rivals[field] = (row.heads[field] ?? []).map((id) => said.get(id)?.[field] ?? null);
  }
  return {
    doc: row.doc,
    type: row.type,
    values: row.values,
    rivals,
    deleted: row.deleted,
    by: "",
    recordedAt: row.recordedAt,
    skew: null,
    receivedAt: null,
  };
}

const INSPECTED: ReadonlySet<string> = new Set(["inspection", "fault"]);

class Book {
  private readonly records = new Map<string, BookRecord>();
  private readonly groups = new Map<string, Map<string, BookRecord>>();

  put(record: BookRecord): void {
    const before = this.records.get(record.doc);
    if (before !== undefined) for (const key of keysOf(before)) this.groups.get(key)?.delete(record.doc);
    this.records.set(record.doc, record);
    for (const key of keysOf(record)) {
      const group = this.groups.get(key) ?? new Map<string, BookRecord>();
      this.groups.set(key, group.set(record.doc, record));
    }
  }

  group(key: string): BookRecord[] {
    return [...(this.groups.get(key)?.values() ?? [])];
  }

  ofType(type: string): BookRecord[] {
    return [...this.records.values()].filter((one) => one.type === type);
  }

  about(doc: string, lists: Lists): Finding[] {
    const record = this.records.get(doc);
    if (record === undefined) return [];
    return [...keysOf(record)]
      .flatMap((key) => judge(key, this.group(key), lists))
      .filter((one) => one.about === doc)
      .sort(byOrder);
  }
}

interface Held {
  scope: string;
  book: Book;
}
let held: Held | null = null;

async function readBook(c: Context, scope: string): Promise<Book> {
  const book = new Book();
  await c.store.use(async (db) => {
    const origin = await originOf(db);
    for (const type of TYPES) {
      const rows = await db.docs
        .where("[scope+type+sort]")
        .between([scope, type, ""], [scope, type, "\uffff"])
        .toArray();
      for (const row of rows) book.put(await toRecord(db, origin, row));
    }
  });
  return book;
}

async function bookOf(c: Context): Promise<Book | null> {
  const scope = c.farm.value?.scope ?? "";
  if (scope === "") return null;
  const { touched } = c;
  c.touched = new Set(); // what is written from here on is looked at next time
  try {
    if (held === null || held.scope !== scope || touched === null)
      held = { scope, book: await readBook(c, scope) };
    else await refresh(c, held, [...touched]);
    return held.book;
  } catch (error) {
    c.touched = null;
    throw error;
  }
}

/** Read again what was written here, with its photos. */
async function refresh(c: Context, { book, scope }: Held, docs: readonly string[]): Promise<void> {
  if (docs.length === 0) return;
  await c.store.use(async (db) => {
    const origin = await originOf(db);
    const photos = await db.docs
      .where("[scope+of]")
      .anyOf(docs.map((doc) => [scope, doc]))
      .toArray();
    const own = await db.docs.bulkGet(docs.map((doc): [string, string] => [scope, doc]));
    for (const row of [...own, ...photos]) {
      if (row !== undefined && TYPES.includes(row.type)) book.put(await toRecord(db, origin, row));
    }
  });
}

const inspected = (book: Book, today: string): Due[] =>
  due(book.group(DUE), today).filter((one) => INSPECTED.has(one.kind));

const PRODUCE: Readonly<Record<string, Produce>> = { crop: "crop", aquaculture: "fish" };

/** What is taken from a season: eggs of layers, the meat of other animals. */
function produceOf(season: SeasonRow): Produce {
  if (season.product === "layer") return "eggs";
  return PRODUCE[season.sector ?? "crop"] ?? "meat";
}

/** The gravest wait of a season's plots. */
function waitOf(book: Book, season: SeasonRow): SeasonWait | null {
  const produce = produceOf(season);
  const found = season.plots.map((plot) => waiting(ground(plot, produce, book.group(plot)), season.doc));
  const unknown = found.find((one) => one.state === "unknown");
  const latest = [...found].sort((a, b) => (a.until < b.until ? 1 : -1))[0];
  const chosen = unknown ?? latest;
  if (chosen === undefined || chosen.state === "free") return null;
  return toWait(chosen);
}

function toWait(found: Waiting): SeasonWait {
  const from = found.state === "unknown" ? found.open[0] : (found.longest ?? found.open[0]);
  return {
    state: found.state === "free" ? "not_defined" : found.state,
    until: found.until,
    since: from?.lastDay ?? "",
    product: from?.product ?? "",
    entry: from?.record.doc ?? "",
  };
}

export function makeNoticing(c: Context): Noticing {
  return {
    async draft({ doc, document, form, values }: DraftToCheck) {
      const book = await bookOf(c);
      if (book === null || document !== "entry") return [];
      const { lists } = await openLists(c);
      const record: BookRecord = {
        doc,
        type: document,
        values: { form, ...values },
        rivals: {},
        deleted: false,
        by: "",
        recordedAt: c.store.world.now(),
        skew: null,
        receivedAt: null,
      };
      const near = [...keysOf(record)].flatMap((key) => book.group(key));
      return checkDraft(record, new Set(near), lists);
    },
    async about(doc) {
      const book = await bookOf(c);
      return book === null ? [] : book.about(doc, (await openLists(c)).lists);
    },
    async waits() {
      const book = await bookOf(c);
      const found = new Map<string, SeasonWait>();
      if (book === null) return found;
      for (const season of c.seasons.value) {
        const wait = season.running ? waitOf(book, season) : null;
        if (wait !== null) found.set(season.doc, wait);
      }
      return found;
    },
    async book(season, today) {
      const book = await bookOf(c);
      const own = book?.ofType("season").find((one) => one.doc === season);
      if (book === null || own === undefined) return null;
      const records = [...book.ofType("entry"), ...book.ofType("inspection")];
      return { pieces: completeness(own, records, today), gaps: seasonGaps(own, records, today) };
    },
    async inspected(today) {
      const book = await bookOf(c);
      return book === null ? [] : inspected(book, today);
    },
    async days(today) {
      const book = await bookOf(c);
      if (book === null) return [];
      const running = c.seasons.value.filter((one) => one.running);
      const safe = running
        .map((one) => waitOf(book, one))
        .map((one) => (one?.state === "days" ? one.until : ""));
      return [...safe, ...inspected(book, today).map((one) => one.day)].filter((day) => day > today);
    },
    async stock() {
      const book = await bookOf(c);
      if (book === null) return [];
      return stock(book.ofType("entry")).map((line) => ({
        line,
        incoming: moves(line.plain, book.group(`input:${line.plain}`))
          .filter((one) => one.what !== "use")
          .map((one) => one.sizes),
      }));
    },
  };
}
