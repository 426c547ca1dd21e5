/**
 * What the console's script needs of its browser, and its own database: persons of this browser with their keys,
 * the counters of their ops, and what is not acknowledged yet.
 *
 * Its own database, apart from the phone's diary on the same address: signing out here never touches that one.
 * Every write is strict: what is stored survives the machine's sudden end.
 */
import type { Value } from "../core/values.ts";
import type { Assertion } from "../net/passkeys.ts";

export interface Desk {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Wall clock in ms. */
  readonly now: () => number;
  readonly crypto: Crypto;
  readonly indexedDB: IDBFactory;
  /** Run alone across the tabs of this browser. */
  readonly lock: <T>(name: string, work: () => Promise<T>) => Promise<T>;
}

/** One op as the wire carries it. */
export interface Envelope {
  readonly body: string;
  readonly private: string | null;
  readonly signature: string;
}

/** A staff member whose key is in this browser. `own`: the ops of the device's document; `since` in ms. */
export interface Person {
  readonly device: string;
  readonly privateKey: CryptoKey;
  readonly name: string;
  readonly organisation: string;
  readonly membership: string;
  readonly doc: string;
  readonly origin: string;
  readonly since: number;
  readonly own: readonly Envelope[];
  /** The touches of passkeys over its own ops, where a passkey let this browser in. */
  readonly touches?: readonly unknown[];
}

/** An op that was signed here; `problem` is the slug under which the server refused it for good.
 * `assertion`: the touch of a passkey that confirms it, where it needs one. */
export interface Unsent extends Envelope {
  readonly id: string;
  readonly device: string;
  readonly scope: string;
  readonly place: number;
  readonly problem: string | null;
  readonly assertion?: Assertion;
}

/** What a new op says. */
export interface Statement {
  readonly scope: string;
  readonly doc: string;
  readonly after: readonly string[];
  readonly set: Readonly<Record<string, Value>>;
  readonly private: Readonly<Record<string, Value>>;
}

type StoreName = "persons" | "meta" | "counters" | "outbox";
const NAME = "so-nha-nong-console";
const KEYS: Readonly<Record<StoreName, string | string[]>> = {
  persons: "device",
  meta: "key",
  counters: ["device", "scope"],
  outbox: "id",
};

/** One write of a transaction: a row to add (it must be new) or to put, or a key to delete. */
export type Write =
  | { readonly store: StoreName; readonly add: object }
  | { readonly store: StoreName; readonly put: object }
  | { readonly store: StoreName; readonly drop: IDBValidKey };

/** The console's database. Every call rejects where the browser keeps nothing. */
export class Shelf {
  private constructor(private readonly db: IDBDatabase) {}

  /** Open the database. Rejects where the browser forbids it (some private windows). */
  static async open(factory: IDBFactory): Promise<Shelf> {
    const asked = factory.open(NAME, 1);
    asked.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(KEYS)) asked.result.createObjectStore(name, { keyPath });
    };
    const db = await settled(asked);
    db.onversionchange = () => db.close();
    return new Shelf(db);
  }

  async get(store: StoreName, key: IDBValidKey): Promise<unknown> {
    return settled(this.db.transaction(store).objectStore(store).get(key));
  }

  async all(store: StoreName): Promise<unknown[]> {
    return settled(this.db.transaction(store).objectStore(store).getAll());
  }

  /** Do all writes in one strict transaction; resolves when they are durable. */
  async write(...writes: readonly Write[]): Promise<void> {
    const stores = [...new Set(writes.map((one) => one.store))];
    const transaction = this.db.transaction(stores, "readwrite", { durability: "strict" });
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
    });
    for (const one of writes) {
      const store = transaction.objectStore(one.store);
      if ("add" in one) store.add(one.add);
      else if ("put" in one) store.put(one.put);
      else store.delete(one.drop);
    }
    return done;
  }

  async person(device: string): Promise<Person | null> {
    const found = await this.get("persons", device);
    return isPerson(found) ? found : null;
  }

  /** The persons of this browser, by name. */
  async persons(): Promise<Person[]> {
    const found = (await this.all("persons")).filter(isPerson);
    return found.sort((a, b) => a.name.localeCompare(b.name, "vi") || a.since - b.since);
  }

  /** What a device has signed and the server has not settled, in the order of signing. */
  async unsent(device: string): Promise<Unsent[]> {
    const found = (await this.all("outbox")).filter(isUnsent);
    return found
      .filter((one) => one.device === device && one.problem === null)
      .sort((a, b) => a.place - b.place);
  }

  /** What the server refused of a device for good, in the order of signing. */
  async refused(device: string): Promise<Unsent[]> {
    const found = (await this.all("outbox")).filter(isUnsent);
    return found
      .filter((one) => one.device === device && one.problem !== null)
      .sort((a, b) => a.place - b.place);
  }

  async meta(key: string): Promise<unknown> {
    return member(await this.get("meta", key), "value");
  }

  setMeta(key: string, value: unknown): Promise<void> {
    return this.write({ store: "meta", put: { key, value } });
  }
}

/** The member of an object that came from outside, or undefined. */
export function member(x: unknown, name: string): unknown {
  return typeof x === "object" && x !== null ? Reflect.get(x, name) : undefined;
}

/** The text member of an object that came from outside, or "". */
export function textIn(x: unknown, name: string): string {
  const found = member(x, name);
  return typeof found === "string" ? found : "";
}

/** The ops of a list that came from outside, as they will be sent again. */
export function envelopesIn(x: unknown, name: string): Envelope[] {
  const found = member(x, name);
  if (!Array.isArray(found)) return [];
  return found.map((one) => ({
    body: textIn(one, "body"),
    private: textIn(one, "private") || null,
    signature: textIn(one, "signature"),
  }));
}

/** What an answer carries of the browser's own documents, as a person's row keeps it. */
export function ownIn(data: unknown): Pick<Person, "own" | "touches"> {
  const touches = member(data, "assertions");
  return { own: envelopesIn(data, "ops"), touches: Array.isArray(touches) ? touches : [] };
}

function isPerson(row: unknown): row is Person {
  return typeof member(row, "device") === "string" && typeof member(row, "privateKey") === "object";
}

function isUnsent(row: unknown): row is Unsent {
  return typeof member(row, "id") === "string" && typeof member(row, "body") === "string";
}

function settled<T>(asked: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error ?? new Error("failed"));
  });
}
