/** The death of a phone's process, in the middle of whatever it does: at its k-th write, or at its k-th request. */
import { IDBObjectStore } from "fake-indexeddb";

/** The process that acts now: phones of a simulation act one after the other. */
let writes = 0;
let requests = 0;
let isDead = false;

/** Let the process die at a write or at a request from now. */
export function dieAt(what: "write" | "request", count: number): void {
  writes = what === "write" ? count : 0;
  requests = what === "request" ? count : 0;
  isDead = false;
}
/** Whether it died; a new process begins. */
export function bury(): boolean {
  const was = isDead;
  writes = 0;
  requests = 0;
  isDead = false;
  return was;
}

/** Called for every request: a dead process sends none. */
export function onRequest(): void {
  if (requests > 0 && --requests === 0) isDead = true;
  if (isDead) throw new TypeError("the process is gone");
}

/** Make every write of IndexedDB die with its process; its transaction is never committed then. */
export function haunt(): void {
  for (const name of ["add", "put", "delete"] as const) {
    const real = IDBObjectStore.prototype[name] as (...args: unknown[]) => IDBRequest;
    Reflect.set(IDBObjectStore.prototype, name, function (this: IDBObjectStore, ...args: unknown[]) {
      if (writes > 0 && --writes === 0) isDead = true;
      if (isDead) {
        this.transaction.abort();
        throw new DOMException("the process is gone", "InvalidStateError");
      }
      return real.apply(this, args);
    });
  }
}
