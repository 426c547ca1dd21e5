/** The rows that one answer changes, gathered and written together: the working set of a transaction. */
import type { Database } from "../store/db.ts";
import { eraseDocs, erasedIn, stripped } from "../store/erase.ts";
import { type DocKey, refold } from "../store/fold.ts";
import type { OpRow } from "../store/rows.ts";

export class Taking {
  readonly db: Database;
  readonly origin: string;
  private readonly rows = new Map<string, OpRow>();
  private readonly changed = new Set<string>();
  private readonly out = new Set<string>();
  private readonly docs = new Map<string, DocKey>();
  /** Scope → its erased documents, read when first asked for. */
  private readonly erased = new Map<string, ReadonlySet<string>>();

  constructor(db: Database, origin: string) {
    this.db = db;
    this.origin = origin;
  }

  /** Read those of the ops that are here. */
  async load(ids: readonly string[]): Promise<void> {
    const fresh = [...new Set(ids)].filter((id) => !this.rows.has(id));
    for (const row of await this.db.ops.bulkGet(fresh)) if (row) this.rows.set(row.id, row);
  }
  get(id: string): OpRow | undefined {
    return this.rows.get(id);
  }
  /** Note a changed or new row; `isOut` takes it out of the outbox. */
  put(row: OpRow, isOut: boolean): void {
    this.rows.set(row.id, row);
    this.changed.add(row.id);
    if (isOut) this.out.add(row.id);
    this.touch(row);
  }
  touch(row: { scope: string; doc: string }): void {
    this.docs.set(`${row.scope} ${row.doc}`, [row.scope, row.doc]);
  }
  get touched(): number {
    return this.docs.size;
  }

  /** Erase documents that the log names now; what was read of them before is written without its part. */
  async erase(scope: string, docs: readonly string[]): Promise<void> {
    await this.flush();
    await eraseDocs(this.db, scope, docs);
    this.erased.delete(scope);
    for (const [id, row] of this.rows)
      if (row.scope === scope && docs.includes(row.doc)) this.rows.delete(id);
    for (const doc of docs) this.touch({ scope, doc });
  }

  /**
   * The rows as they may be kept: without their private part where their document was erased.
   *
   * Waits once a scope and never once a row: after a hundred waits without a question to the database Dexie takes
   * the transaction for left, and what follows would be written outside it.
   */
  private async kept(rows: readonly OpRow[]): Promise<OpRow[]> {
    const scopes = new Set(rows.map((row) => row.scope));
    for (const scope of scopes)
      if (!this.erased.has(scope)) this.erased.set(scope, await erasedIn(this.db, scope));
    return rows.map((row) => (this.erased.get(row.scope)?.has(row.doc) ? stripped(row) : row));
  }

  /** Write what was noted so far; what is read from the tables after it is up to date. */
  async flush(): Promise<void> {
    const rows = await this.kept([...this.changed].flatMap((id) => this.rows.get(id) ?? []));
    this.changed.clear();
    await this.db.ops.bulkPut(rows);
    if (this.out.size > 0)
      await this.db.outbox
        .where("id")
        .anyOf([...this.out])
        .delete();
    this.out.clear();
  }
  /** Forget what was read: somebody else wrote these rows. */
  forget(ids: readonly string[]): void {
    for (const id of ids) this.rows.delete(id);
  }

  /** Write everything, and the views of the documents that it touched. */
  async end(): Promise<void> {
    await this.flush();
    await refold(this.db, this.origin, [...this.docs.values()]);
  }
}
