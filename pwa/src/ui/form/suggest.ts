/**
 * Names to tap while the name of an input is typed: what was written before, then what the lists and the
 * cooperative's label book know, with what labels say for the season's crop.
 *
 * What a label does not say stays unsaid: a waiting time is only filled in where every label of the crop gives a
 * number of days, or every one says that it is not defined. Pure.
 */
import type { OpenLists } from "../../app/lists.ts";
import type { FormField, Values } from "../../app/types.ts";
import { cropFit } from "../../core/crops.ts";
import { isListed, type ListKind, type Lists, type Use, type UseProduce, usesOf } from "../../core/lists.ts";
import { plainName, plainWords } from "../../core/plain.ts";
import { rulesOf, type Sort, sorts } from "../../core/rules/form_rules.ts";
import type { BookRecord } from "../../core/rules/shape.ts";
import { isEmpty } from "./plan.ts";

export const SHOWN_MAX = 6;
/** The label's part of each waiting time that a form may ask for, by the beginning of its two fields. */
const WAITS = {
  phi: "label",
  withdrawal: "label",
  withdrawal_eggs: "eggs",
  withdrawal_milk: "milk",
} as const;
/** A label that says one time for all says it of what is asked about first. */
const FIRST: readonly UseProduce[] = ["", "meat", "fish"];
const LOOKED_AT_MAX = 24;
/** Fewer letters are no name yet. */
const NAME_LENGTH_MIN = 3;
const KINDS: readonly ListKind[] = ["pesticide", "veterinary", "fertiliser"];

/** What is asked: on which day, on which crop, against what, of which kinds of list (none: no list has it). */
export interface Ask {
  readonly day: string;
  readonly crop: string;
  readonly pest: string;
  readonly kinds: readonly ListKind[];
}

/** What labels say for one crop, as printed. `days`: the longest, where all of them say a number. */
export interface Label {
  readonly doses: readonly string[];
  readonly waits: readonly string[];
  readonly kind: "days" | "not_defined_on_label" | "text";
  readonly days: number | null;
}

export interface Suggestion {
  readonly name: string;
  readonly active: string;
  /** Written here before. */
  readonly before: boolean;
  /** A whole list of its kind is in force and does not have it. */
  readonly missing: boolean;
  readonly label: Label | null;
  /** What labels say of eggs and of milk alone. */
  readonly eggs: Label | null;
  readonly milk: Label | null;
}

const recordOf = (form: string, values: Values): BookRecord => ({
  doc: "",
  type: "entry",
  values: { ...values, form },
  rivals: {},
  deleted: false,
  by: "",
  recordedAt: 0,
  skew: null,
  receivedAt: null,
});

/** The kinds of list in which a line's product may stand; none for feed and the like. */
export function kindsOf(form: string, values: Values, line: string): readonly ListKind[] {
  const record = recordOf(form, values);
  const { uses, buys, counts } = rulesOf(record);
  const named = [uses, buys, counts].filter((one): one is Sort => one !== null);
  if (named.length === 0) return [];
  const found = new Set(named.flatMap((one) => [...sorts(record, one, line)]));
  return found.has("other") ? KINDS : KINDS.filter((one) => found.has(one));
}

/** Says whether a form buys or counts what the store holds. */
export function fillsStore(form: string): boolean {
  const { buys, counts } = rulesOf(recordOf(form, {}));
  return buys !== null || counts !== null;
}

/** What labels say of a product on a crop, of the pest alone where one of them names it; null where none does. */
export function labelOf(
  lists: Lists,
  name: string,
  { day, crop, pest }: Omit<Ask, "kinds">,
  of: readonly UseProduce[] = FIRST,
): Label | null {
  const ours = usesOf(lists, name, day).filter(
    (use) => use.crop !== "" && of.includes(use.produce) && cropFit(use.crop, crop) === "same",
  );
  if (ours.length === 0) return null;
  const sought = plainWords(pest);
  const near = ours.filter((use) => sought !== "" && ` ${plainWords(use.pest)} `.includes(` ${sought} `));
  const uses = near.length > 0 ? near : ours;
  const days = uses.map((use) => (use.phiKind === "days" ? use.phiDays : null));
  const said = days.filter((one) => one !== null);
  const isDays = said.length === days.length;
  const isUndefined = uses.every((use) => use.phiKind === "not_defined_on_label");
  return {
    doses: unique(uses.map((use) => use.doseText)),
    waits: unique(uses.map(waitText)),
    kind: isDays ? "days" : isUndefined ? "not_defined_on_label" : "text",
    days: isDays ? Math.max(...said) : null,
  };
}

const waitText = (use: Use): string => use.phiText || (use.phiDays === null ? "" : String(use.phiDays));
const unique = (texts: readonly string[]): readonly string[] =>
  [...new Set(texts)].filter((one) => one !== "");

/** At most six names that begin as typed: those of before first, then those with a label for the crop. */
export function suggest(
  open: OpenLists,
  typed: string,
  ask: Ask,
  before: readonly string[],
): readonly Suggestion[] {
  const words = plainWords(typed).split(" ").filter(Boolean);
  if (words.length === 0) return [];
  const fits = (name: string) => words.every((word) => ` ${plainWords(name)}`.includes(` ${word}`));
  const row = (name: string, active: string, isBefore: boolean): Suggestion => ({
    name,
    active,
    before: isBefore,
    missing: isMissing(open.lists, name, ask),
    ...labelsOf(open.lists, name, ask),
  });
  const known = before.filter(fits).map((name) => row(name, activeOf(open.lists, name), true));
  const taken = new Set(known.map((one) => plainName(one.name)));
  const listed = [...found(open, typed, ask), ...onlyInBook(open.lists, ask).filter((one) => fits(one.name))]
    .filter((one) => !taken.has(plainName(one.name)))
    .map((one) => row(one.name, one.active, false));
  const labelled = listed.filter((one) => one.label !== null);
  const others = listed.filter((one) => one.label === null);
  return [...known, ...labelled, ...others].slice(0, SHOWN_MAX);
}

const labelsOf = (lists: Lists, name: string, ask: Ask) => ({
  label: labelOf(lists, name, ask),
  eggs: labelOf(lists, name, ask, ["eggs"]),
  milk: labelOf(lists, name, ask, ["milk"]),
});

/** What labels say of the wait that a field asks for; null for any other field, and where no label says it. */
export function waitOf(lists: Lists, name: string, ask: Ask, field: string): Label | null {
  const part = Object.entries(WAITS).find(([wait]) => field === `${wait}_kind`)?.[1];
  return part === undefined ? null : labelsOf(lists, name, ask)[part];
}

interface Named {
  readonly name: string;
  readonly active: string;
}

function found(open: OpenLists, typed: string, { crop, kinds }: Ask): readonly Named[] {
  if (kinds.length === 0) return [];
  const all = open.search(typed, Number.POSITIVE_INFINITY, crop);
  return all.filter((one) => kinds.includes(one.kind)).slice(0, LOOKED_AT_MAX);
}

/** What only the label book of the cooperative knows. */
function onlyInBook({ labelUses, products }: Lists, { kinds }: Ask): readonly Named[] {
  if (kinds.length === 0) return [];
  const own = [...labelUses]
    .filter(([plain]) => !products.has(plain))
    .flatMap(([, uses]) => uses.slice(0, 1));
  return own.map((one) => ({ name: one.product, active: one.active }));
}

/** Says whether a name is long enough to be one, and stands in no list where there is a whole one of its kind. */
export function isUnknown(lists: Lists, typed: string, ask: Ask): boolean {
  return plainWords(typed).length >= NAME_LENGTH_MIN && isMissing(lists, typed, ask);
}

function isMissing(lists: Lists, name: string, { kinds, day }: Ask): boolean {
  const [kind] = kinds;
  // What may be of several kinds is not said to be missing in one of them.
  return kind !== undefined && kinds.length === 1 && isListed(lists, name, day, kind) === "not_listed";
}

function activeOf(lists: Lists, name: string): string {
  const plain = plainName(name);
  return lists.labelUses.get(plain)?.[0]?.active || (lists.products.get(plain)?.[0]?.active ?? "");
}

/** What lists and labels tell of a name, as values of a line: only fields that it has, and only what is known. */
export function valuesOf(fields: readonly FormField[], row: Told): Values {
  const told: { [field: string]: Values[string] } = { product: row.name };
  if (row.active !== "") told.active_ingredient = row.active;
  for (const [wait, part] of Object.entries(WAITS)) {
    const label = row[part];
    if (label !== null && label.kind !== "text") told[`${wait}_kind`] = label.kind;
    if (label?.kind === "days") told[`${wait}_days`] = label.days;
  }
  const has = new Set(fields.map((field) => field.name));
  return Object.fromEntries(Object.entries(told).filter(([field]) => has.has(field)));
}

type Told = Pick<Suggestion, "name" | "active" | "label" | "eggs" | "milk">;

/** What goes when the name in a line becomes another: what stands there as lists and labels tell of the old name. */
export function leavesWith(fields: readonly FormField[], lists: Lists, ask: Ask, line: Values): Values {
  const { product: name } = line;
  if (typeof name !== "string") return {};
  const told = valuesOf(fields, { name, active: activeOf(lists, name), ...labelsOf(lists, name, ask) });
  const gone = Object.entries(told).filter(([field, value]) => field !== "product" && line[field] === value);
  return Object.fromEntries(gone.map(([field]) => [field, null]));
}

/** What a tap on a name writes into a line; what a person wrote there stays, a waiting time as a whole. */
export function takenUp(
  fields: readonly FormField[],
  lists: Lists,
  ask: Ask,
  line: Values,
  row: Told,
): Values {
  const gone = leavesWith(fields, lists, ask, line);
  const now = { ...line, ...gone };
  const isFree = (field: string) => {
    const wait = field.replace(/_(?:kind|days)$/, "");
    const pair = wait in WAITS ? [`${wait}_kind`, `${wait}_days`] : [field];
    return pair.every((one) => isEmpty(now[one]));
  };
  const told = Object.entries(valuesOf(fields, row)).filter(
    ([field]) => field === "product" || isFree(field),
  );
  return { ...gone, ...Object.fromEntries(told) };
}
