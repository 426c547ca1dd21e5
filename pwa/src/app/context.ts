/** What the parts of the app share: the store, the current person and farm, and the bell that says "changed". */
import { type Signal, signal } from "@preact/signals";
import { parseForms } from "../core/forms.ts";
import { makeUuid7 } from "../core/ids.ts";
import { type Store, StoreError } from "../store/db.ts";
import type { HouseholdList } from "../store/households.ts";
import type { IdentityRow } from "../store/rows.ts";
import { randomBytes } from "../store/world.ts";
import type { Form } from "./forms.ts";
import type { AppState, Draft, FarmRef, Identity, Settings, Value, WriteProblem } from "./types.ts";

export interface Context {
  store: Store;
  state: Signal<AppState>;
  rows: Signal<readonly IdentityRow[]>;
  current: Signal<Identity | null>;
  farm: Signal<FarmRef | null>;
  farms: Signal<readonly FarmRef[]>;
  forms: Signal<ReadonlyMap<string, Form>>;
  drafts: Signal<readonly Draft[]>;
  changed: Signal<number>;
  settings: Signal<Settings>;
  reference: Signal<unknown>;
  /** What a helper was told of his households last; null: this person helps nobody. */
  households: Signal<HouseholdList | null>;
  /** Names typed lately as those who did the work. */
  workers: Signal<readonly string[]>;
  /** Invitations that were used on this phone. */
  joined: Signal<ReadonlySet<string>>;
  /** Something was stored: draw again. */
  bell: () => void;
  /** Something waits: try to send. */
  kick: () => void;
}

export function makeContext(store: Store): Context {
  const changed = signal(0);
  return {
    store,
    state: signal<AppState>({ kind: "starting" }),
    rows: signal([]),
    current: signal(null),
    farm: signal(null),
    farms: signal([]),
    forms: signal(new Map()),
    drafts: signal([]),
    changed,
    settings: signal({ language: "vi", letters: "normal", lunar: true, wifiOnlyPhotos: false }),
    reference: signal(null),
    households: signal(null),
    workers: signal([]),
    joined: signal(new Set()),
    bell: () => {
      changed.value += 1;
    },
    kick: () => undefined,
  };
}

export async function loadForms(): Promise<ReadonlyMap<string, Form>> {
  const files = (await import("virtual:forms")).default;
  return parseForms(files);
}

/** Says whether the current person may see a scope: what one person sees is not shown as another. */
export function maySee(c: Context, scope: string): boolean {
  return c.farms.value.some((farm) => farm.scope === scope);
}

/** A new UUIDv7 of the phone's clock. */
export function newId(c: Context): string {
  return makeUuid7(c.store.world.now(), randomBytes(c.store.world, 10));
}

export function me(c: Context): IdentityRow | null {
  return c.rows.value.find((r) => r.device === c.current.value?.device) ?? null;
}

/** The typed failure of a write; anything unexpected goes on. */
export function problemOf(error: unknown): WriteProblem {
  if (!(error instanceof StoreError)) throw error;
  return error.problem === "blocked" ? "storage_broken" : error.problem;
}

export const member = (x: unknown, name: string): unknown =>
  typeof x === "object" && x !== null ? Reflect.get(x, name) : undefined;
export const textIn = (x: unknown, name: string): string => {
  const found = member(x, name);
  return typeof found === "string" ? found : "";
};
export const listIn = (x: unknown, name: string): readonly unknown[] => {
  const found = member(x, name);
  return Array.isArray(found) ? found : [];
};
export const textsOf = (v: Value | undefined): string[] =>
  Array.isArray(v) ? v.filter((x): x is string => typeof x === "string") : [];
export const textValue = (v: Value | undefined): string | null => (typeof v === "string" ? v : null);

/** Says whether bytes of this type are a voice note: counted and called apart from photos. */
export const isVoice = (type: string): boolean => type.startsWith("audio/");

export const countVoices = (files: readonly { readonly type: string }[]): number =>
  files.filter((one) => isVoice(one.type)).length;
