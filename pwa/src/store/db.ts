/**
 * The one database of the phone, and the one way to use it.
 *
 * Every transaction is strict: `complete` comes after the flush. A broken handle is dropped and opened anew once;
 * the second failure is typed and never resolves as success (platform.md §1, fact 5; fault case 7).
 */
import Dexie, {
  type DBCore,
  type DBCoreMutateRequest,
  type DBCoreTable,
  type EntityTable,
  type Table,
} from "dexie";
import { tokensOf } from "./fold.ts";
import { NAME } from "./name.ts";
import type * as r from "./rows.ts";
import type { World } from "./world.ts";

export const SCHEMA = 2;
export { NAME };

export type StoreProblem = "storage_full" | "storage_broken" | "newer_data" | "blocked";
export class StoreError extends Error {
  readonly problem: StoreProblem;
  constructor(problem: StoreProblem, detail: string) {
    super(detail);
    this.problem = problem;
  }
}

export class Database extends Dexie {
  meta!: EntityTable<r.MetaRow, "key">;
  identities!: EntityTable<r.IdentityRow, "device">;
  access!: Table<r.AccessRow, [string, string]>;
  scopes!: EntityTable<r.ScopeRow, "scope">;
  counters!: Table<r.CounterRow, [string, string]>;
  ops!: EntityTable<r.OpRow, "id">;
  outbox!: EntityTable<r.OutboxRow, "order">;
  docs!: Table<r.DocRow, [string, string]>;
  blobs!: Table<r.BlobRow, [string, string]>;
  uploads!: EntityTable<r.UploadRow, "doc">;
  drafts!: EntityTable<r.DraftRow, "id">;
  keys!: EntityTable<r.KeyRow, "device">;
  requests!: EntityTable<r.RequestRow, "order">;

  constructor(world: World) {
    super(world.practice ?? NAME, {
      indexedDB: world.indexedDB,
      IDBKeyRange: world.keyRange,
      chromeTransactionDurability: "strict",
    });
    // They note each key and index entry that is written and tell every tab, for live queries, which nobody here asks.
    for (const name of ["Observability", "Cache"]) this.unuse({ stack: "dbcore", name });
    this.version(1).stores({
      meta: "key",
      identities: "device",
      access: "[device+scope], device",
      scopes: "scope",
      counters: "[device+scope]",
      ops: "id, [scope+doc], [scope+seq], state",
      outbox: "++order, id",
      docs: "[scope+doc], [scope+type+sort], [scope+of], [scope+type+state]",
      blobs: "[scope+sha256]",
      uploads: "doc, state, of",
      drafts: "id, device",
    });
    const second = this.version(SCHEMA).stores({
      ops: "id, [scope+doc], [scope+seq], state, device, unlogged, newer",
      outbox: "++order, id, device, scope",
      docs: "[scope+doc], [scope+type+sort], [scope+of], [scope+type+state], *tokens",
      uploads: "doc, state, of, [scope+sha256]",
      keys: "device",
      requests: "++order, &id, state",
    });
    second.upgrade((tx) => tx.table<r.DocRow>("docs").toCollection().modify(addSearch));
  }
}

/** Give a document of the first schema what search and seasons need. */
function addSearch(row: r.DocRow): void {
  const { season } = row.values;
  if (row.type === "entry") row.of = typeof season === "string" ? season : "";
  row.tokens = row.type === "entry" ? tokensOf(row.words) : [];
}

// Where the page is called localhost it would keep the stack of every request; what is measured there is what a
// farmer's phone does.
Dexie.debug = false;

const BROKEN = new Set(["UnknownError", "InvalidStateError", "DatabaseClosedError", "AbortError"]);

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const inner: unknown = Reflect.get(error, "inner");
  return error.name === "AbortError" && inner instanceof Error ? inner.name : error.name;
}

/** Holds the open handle; `use` is the wrapper every read and write goes through. */
export class Store {
  readonly world: World;
  readonly onBlocked: () => void;
  /** Set: the data are a newer version's, and nothing can be written. */
  newer: { found: number; known: number } | null = null;
  private readonly onNewer: ((found: number, known: number) => void) | null;
  private held: Database | null = null;

  /** `onNewer`: open data of a newer version for reading and tell it; without it they are not opened at all. */
  constructor(
    world: World,
    onBlocked: () => void = () => undefined,
    onNewer: ((found: number, known: number) => void) | null = null,
  ) {
    this.world = world;
    this.onBlocked = onBlocked;
    this.onNewer = onNewer;
  }

  /** Run work on an open database; refuses with a StoreError, never pretends. */
  async use<T>(work: (db: Database) => Promise<T>): Promise<T> {
    try {
      return await work(await this.open());
    } catch (first) {
      if (!BROKEN.has(nameOf(first))) throw typed(first);
      this.close();
      try {
        return await work(await this.open());
      } catch (second) {
        throw typed(second);
      }
    }
  }

  close(): void {
    this.held?.close();
    this.held = null;
  }

  private async open(): Promise<Database> {
    if (this.held?.isOpen()) return this.held;
    const db = new Database(this.world);
    db.use({ stack: "dbcore", name: "newer", create: (core) => this.guarded(core) });
    db.on("versionchange", () => db.close());
    db.on("blocked", () => this.onBlocked());
    await db.open();
    // A newer app's schema opens under Dexie without refusal: the data are left alone (case 10).
    const found = db.backendDB().version;
    if (found > SCHEMA * 10) {
      this.newer = { found: Math.floor(found / 10), known: SCHEMA };
      if (this.onNewer === null) {
        db.close();
        throw new StoreError("newer_data", "written by a newer version");
      }
      this.onNewer(this.newer.found, this.newer.known);
    }
    this.held = db;
    return db;
  }

  /** The floor under every table: where the data are a newer version's, no write gets through. */
  private guarded(core: DBCore): DBCore {
    // Not async: a save would wait for one promise more with each row that it writes.
    const mutate = (table: DBCoreTable, change: DBCoreMutateRequest) =>
      this.newer === null
        ? table.mutate(change)
        : Promise.reject(new StoreError("newer_data", "written by a newer version"));
    return {
      ...core,
      table: (name) => {
        const table = core.table(name);
        return { ...table, mutate: (change) => mutate(table, change) };
      },
    };
  }
}

function typed(error: unknown): StoreError | Error {
  if (error instanceof StoreError) return error;
  const name = nameOf(error);
  const text = error instanceof Error ? error.message : String(error);
  if (name === "QuotaExceededError") return new StoreError("storage_full", text);
  if (name === "VersionError") return new StoreError("newer_data", text);
  if (BROKEN.has(name) || name === "OpenFailedError" || name === "MissingAPIError") {
    return new StoreError("storage_broken", `${name}: ${text}`);
  }
  return error instanceof Error ? error : new Error(text);
}
