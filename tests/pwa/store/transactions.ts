/** Which transactions some work opens: each costs a slow phone more than what is read in it. */
import { IDBDatabase } from "fake-indexeddb";

export interface Opened {
  mode: IDBTransactionMode;
  durability: string | undefined;
}

let opened: Opened[] = [];
// The library takes the function when it opens a database: so it is changed before any is open, and for good.
const real = IDBDatabase.prototype.transaction;
IDBDatabase.prototype.transaction = function (stores, mode, how) {
  opened.push({ mode: mode ?? "readonly", durability: how?.durability });
  return real.call(this, stores, mode, how);
};

export async function transactionsOf(work: () => Promise<unknown>): Promise<Opened[]> {
  opened = [];
  await work();
  return opened;
}
