/**
 * The lists as the server gives them: one JSON object, texts once each, rows as plain arrays.
 *
 * What has another shape is no lists at all (null): a phone then keeps those that it has. Twin of
 * `sync/lists_wire.py`, without the writing side. Source: PROTOCOL §Reference lists.
 */

import {
  type Banned,
  type Dose,
  type LabelUse,
  type ListKind,
  type ListMark,
  type Lists,
  type Loaded,
  makeLists,
  type PhiKind,
  type Product,
  type Use,
  type UseProduce,
} from "./lists.ts";
import { plainName } from "./plain.ts";

type Outside = Readonly<Record<string, unknown>>;
interface DoseRow {
  readonly text: string;
  readonly doses: readonly Dose[] | null;
}
interface PhiRow {
  readonly text: string;
  readonly kind: PhiKind;
  readonly days: number | null;
  readonly stages: readonly string[];
  readonly produce: UseProduce;
}
interface Tables {
  readonly texts: readonly string[];
  readonly doses: readonly DoseRow[];
  readonly phis: readonly PhiRow[];
}

const SHAPE = 1;
const KINDS: ReadonlySet<unknown> = new Set(["pesticide", "veterinary", "fertiliser"]);
const MARKS: ReadonlySet<unknown> = new Set(["V", "V2", "R"]);
const PRODUCE: ReadonlySet<unknown> = new Set(["", "meat", "eggs", "milk", "fish"]);
const PHI_KINDS: ReadonlySet<unknown> = new Set(["days", "not_defined_on_label", "unknown", "stage"]);

/** Returns the lists of an object as the server gives it, or null for what is none. */
export function listsFromWire(wire: unknown): Lists | null {
  if (!isObject(wire) || wire.shape !== SHAPE || typeof wire.version !== "string") return null;
  const texts = strings(wire.texts);
  const doses = each(wire.doses, doseRow);
  const phis = each(wire.phis, phiRow);
  const banned = each(wire.banned, bannedRow);
  const loaded = each(wire.loaded, loadedRow);
  if (!texts || !doses || !phis || !banned || !loaded) return null;
  const tables = { texts, doses, phis };
  const products = each(wire.products, (row) => productRow(row, tables));
  return products && makeLists(wire.version, products, banned, loaded);
}

/** Returns a line of the label book as the snapshot gives it, or null for what is none. */
export function labelUseFromWire(row: unknown): LabelUse | null {
  if (!isObject(row)) return null;
  const dose = doseRow([row.dose_text, row.dose]);
  const phi = phiRow([row.phi_text, row.phi_kind, row.phi_days, row.stages, row.produce ?? ""]);
  const named = strings([row.doc, row.product, row.active, row.crop, row.pest]);
  if (dose === null || phi === null || named === null) return null;
  const [doc = "", product = "", active = "", crop = "", pest = ""] = named;
  return { doc, product, active, use: makeUse(crop, pest, dose, phi) };
}

function productRow(row: unknown, tables: Tables): Product | null {
  if (!Array.isArray(row) || row.length !== 12) return null;
  const name: unknown = row[0];
  const mark: unknown = row[9];
  const said = row.slice(1, 9).map((at: unknown) => tables.texts[Number(at)]);
  const uses = usesOfRow(row[11], tables);
  if (typeof name !== "string" || !isMark(mark) || uses === null) return null;
  const [kind, active, group, registrant, source, validFrom, validTo, usableUntil] = said;
  if (!isKind(kind) || active === undefined || group === undefined || registrant === undefined) return null;
  if (source === undefined || validFrom === undefined || validTo === undefined) return null;
  if (usableUntil === undefined) return null;
  const plain = plainName(name);
  const permits = row[10] === 1;
  return {
    name,
    plain,
    kind,
    active,
    group,
    registrant,
    validFrom,
    validTo,
    usableUntil,
    source,
    mark,
    uses,
    permits,
  };
}

function usesOfRow(flat: unknown, tables: Tables): readonly Use[] | null {
  if (!Array.isArray(flat) || flat.length % 4 !== 0) return null;
  const uses: Use[] = [];
  for (let i = 0; i < flat.length; i += 4) {
    const crop = tables.texts[Number(flat[i])];
    const pest = tables.texts[Number(flat[i + 1])];
    const dose = tables.doses[Number(flat[i + 2])];
    const phi = tables.phis[Number(flat[i + 3])];
    if (crop === undefined || pest === undefined || !dose || !phi) return null;
    uses.push(makeUse(crop, pest, dose, phi));
  }
  return uses;
}

function makeUse(crop: string, pest: string, dose: DoseRow, phi: PhiRow): Use {
  return {
    crop,
    pest,
    dose: dose.doses,
    doseText: dose.text,
    phiKind: phi.kind,
    phiDays: phi.days,
    phiText: phi.text,
    stages: phi.stages,
    produce: phi.produce,
  };
}

function doseRow(row: unknown): DoseRow | null {
  if (!Array.isArray(row) || row.length !== 2) return null;
  const text: unknown = row[0];
  const doses = row[1] === null ? null : (each(row[1], parseDoseRow) ?? undefined);
  return typeof text === "string" && doses !== undefined ? { text, doses } : null;
}

function parseDoseRow(row: unknown): Dose | null {
  const said = strings(row);
  const [low, high, unit] = said ?? [];
  if (said?.length !== 3 || low === undefined || high === undefined || unit === undefined) return null;
  return { low, high, unit };
}

function phiRow(row: unknown): PhiRow | null {
  if (!Array.isArray(row) || row.length < 4 || row.length > 5) return null;
  const [text, kind, days, , produce = ""]: readonly unknown[] = row;
  const stages = strings(row[3]);
  if (typeof text !== "string" || !isPhiKind(kind) || stages === null || !isProduce(produce)) return null;
  // Whoever says a number says "days", and nothing else is ever a number.
  if (kind === "days") return isDays(days) ? { text, kind, days, stages, produce } : null;
  return days === null ? { text, kind, days, stages, produce } : null;
}

function bannedRow(row: unknown): Banned | null {
  if (!Array.isArray(row) || row.length < 6 || row.length > 7) return null;
  const names = strings(row[1]);
  const [active, , kind, source, validFrom, mark, validTo = ""]: readonly unknown[] = row;
  if (names === null || typeof active !== "string" || typeof source !== "string") return null;
  if (!isKind(kind) || typeof validFrom !== "string" || !isMark(mark)) return null;
  return typeof validTo === "string" ? { active, names, kind, source, validFrom, validTo, mark } : null;
}

function loadedRow(row: unknown): Loaded | null {
  const said = strings(row);
  const [kind, validFrom, validTo, source, mark] = said ?? [];
  if (said?.length !== 5 || !isKind(kind) || !isMark(mark)) return null;
  if (validFrom === undefined || validTo === undefined || source === undefined) return null;
  return { kind, validFrom, validTo, source, mark };
}

function isObject(value: unknown): value is Outside {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isKind(value: unknown): value is ListKind {
  return KINDS.has(value);
}

function isMark(value: unknown): value is ListMark {
  return MARKS.has(value);
}

function isProduce(value: unknown): value is UseProduce {
  return PRODUCE.has(value);
}

function isPhiKind(value: unknown): value is PhiKind {
  return PHI_KINDS.has(value);
}

function isDays(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function strings(list: unknown): readonly string[] | null {
  return each(list, (one) => (typeof one === "string" ? one : null));
}

function each<T>(list: unknown, parse: (item: unknown) => T | null): readonly T[] | null {
  if (!Array.isArray(list)) return null;
  const found: T[] = [];
  for (const item of list) {
    const one = parse(item);
    if (one === null) return null;
    found.push(one);
  }
  return found;
}
