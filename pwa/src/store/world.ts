/** What the phone's lower floors need of their surroundings: nothing in store, net or engine touches a global. */
export interface World {
  fetch: (url: string, init?: RequestInit) => Promise<Response>;
  /** Wall clock in ms. */
  now: () => number;
  /** Random number in [0, 1), for jitter. */
  random: () => number;
  crypto: Crypto;
  indexedDB: IDBFactory;
  keyRange: typeof IDBKeyRange;
  /** Run alone across tabs and worker; `ifFree` gives undefined at once when somebody else holds the lock. */
  lock: <T>(name: string, work: () => Promise<T>, ifFree?: boolean) => Promise<T | undefined>;
  setTimer: (work: () => void, ms: number) => () => void;
  estimate: () => Promise<{ usage: number | null; quota: number | null; persisted: boolean | null }>;
  /** Tell other tabs that something was written. */
  announce: () => void;
  /** True when photos may go now although only Wi-Fi is allowed. */
  onWifi: () => boolean;
  appVersion: string;
  /** Set: somebody practises in the database of this name, and nothing is ever sent. */
  practice?: string;
}

export function randomBytes(world: World, size: number): Uint8Array<ArrayBuffer> {
  return world.crypto.getRandomValues(new Uint8Array(size));
}
