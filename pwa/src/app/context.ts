/** What the parts of the app share: the store, the current person and farm, and the bell that says "changed". */
import { batch, type Signal, signal } from "@preact/signals";
import { type Forms, lazyForms } from "../core/forms.ts";
import { makeUuid7 } from "../core/ids.ts";
import { type Store, StoreError } from "../store/db.ts";
import type { HouseholdList } from "../store/households.ts";
import type { IdentityRow } from "../store/rows.ts";
import { randomBytes } from "../store/world.ts";
import type {
  AppState,
  Draft,
  FarmRef,
  Identity,
  PlotRow,
  SeasonRow,
  Settings,
  Value,
  WriteProblem,
} from "./types.ts";

export interface Context {
  store: Store;
  state: Signal<AppState>;
  rows: Signal<readonly IdentityRow[]>;
  current: Signal<Identity | null>;
  farm: Signal<FarmRef | null>;
  farms: Signal<readonly FarmRef[]>;
  forms: Signal<Forms>;
  drafts: Signal<readonly Draft[]>;
  plots: Signal<readonly PlotRow[]>;
  seasons: Signal<readonly SeasonRow[]>;
  changed: Signal<number>;
  settings: Signal<Settings>;
  reference: Signal<unknown>;
  /** What a helper was told of his households last; null: this person helps nobody. */
  households: Signal<HouseholdList | null>;
  /** Names typed lately as those who did the work. */
  workers: Signal<readonly string[]>;
  /** Invitations that were used on this phone. */
  joined: Signal<ReadonlySet<string>>;
  /** How often each tile was used, as read for the form that is open; undefined: not read. */
  used: unknown;
  /** Scope → its entries that somebody has to look at, as they were found last. */
  noticed: Map<string, readonly string[]>;
  /** Something was stored: draw again. `own`: all of it is this one document, written here. */
  bell: (own?: { scope: string; doc: string }) => void;
  /** Documents written here since the rules last looked; null: whatever else may have come too. */
  touched: Set<string> | null;
  /** Something came that this page did not write itself, since somebody last looked for what is to be noticed. */
  foreign: boolean;
  /** Something waits: try to send. */
  kick: () => void;
}

export function makeContext(store: Store): Context {
  const changed = signal(0);
  const made: Context = {
    store,
    state: signal<AppState>({ kind: "starting" }),
    rows: signal([]),
    current: signal(null),
    farm: signal(null),
    farms: signal([]),
    forms: signal<Forms>(new Map()),
    drafts: signal([]),
    plots: signal([]),
    seasons: signal([]),
    changed,
    settings: signal({ language: "vi", letters: "normal", lunar: true, wifiOnlyPhotos: false }),
    reference: signal(null),
    households: signal(null),
    workers: signal([]),
    joined: signal(new Set()),
    used: undefined,
    noticed: new Map(),
    bell: (own) => {
      // A change of our own may be what another phone's disagrees with: it is looked at, and nothing else.
      if (own === undefined) made.touched = null;
      else made.touched?.add(own.doc);
      if (own === undefined) made.foreign = true;
      else made.noticed.set(own.scope, [...new Set([own.doc, ...(made.noticed.get(own.scope) ?? [])])]);
      changed.value += 1;
    },
    touched: null,
    foreign: true,
    kick: () => undefined,
  };
  return made;
}

/** A context that nobody watches: filled inside a transaction, where a drawing screen would read in the midst of it. */
export function shadowOf(c: Context): Context {
  const {
    households,
    rows,
    current,
    farm,
    farms,
    drafts,
    plots,
    seasons,
    reference,
    workers,
    joined,
    settings,
  } = c;
  return {
    ...c,
    rows: signal(rows.value),
    current: signal(current.value),
    farm: signal(farm.value),
    farms: signal(farms.value),
    drafts: signal(drafts.value),
    plots: signal(plots.value),
    seasons: signal(seasons.value),
    reference: signal(reference.value),
    households: signal(households.value),
    workers: signal(workers.value),
    joined: signal(joined.value),
    settings: signal(settings.value),
  };
}

/** Show what a shadow holds, all of it at once; settings are read at the start alone. */
export function publish(from: Context, to: Context): void {
  batch(() => {
    to.rows.value = from.rows.value;
    to.current.value = from.current.value;
    to.reference.value = from.reference.value;
    to.households.value = from.households.value;
    to.farms.value = from.farms.value;
    to.farm.value = from.farm.value;
    to.joined.value = from.joined.value;
    to.drafts.value = from.drafts.value;
    to.seasons.value = from.seasons.value;
    to.plots.value = from.plots.value;
    to.workers.value = from.workers.value;
  });
}

export async function loadForms(): Promise<Forms> {
  const [files, lists] = await Promise.all([import("virtual:forms"), import("./own_forms.ts")]);
  const forms = lazyForms(files.default);
  return {
    get: (code) => forms.get(code) ?? lists.ownForms().get(code),
    values: () => [...forms.values(), ...lists.ownForms().values()],
    size: forms.size,
  };
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
