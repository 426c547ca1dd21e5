/**
 * Which pieces of a standard's book a season has, and which are missing: `completeness.json`, as data.
 *
 * It depends on today, so it is no finding. Least favourable: an entry in conflict about what it is, or whether it
 * stands, fills no piece, and still asks for what belongs to it.
 * Twin of `sync/rules/completeness.py`. Source: TCVN 11892-1:2017, Annexes C and D; PROTOCOL §32.
 */
import data from "../../../../sync/rules/completeness.json";
import { INSPECTION } from "../checklists.ts";
import { addDays } from "../civil.ts";
import { DELETED, type Value } from "../values.ts";
import { isWhole } from "./due.ts";
import { at, NO_LINE } from "./form_rules.ts";
import { type BookRecord, counts, dates, lineIds, options, texts } from "./shape.ts";

type Where = Readonly<{ [field: string]: readonly string[] }>;
interface PieceData {
  readonly code: string;
  readonly table: string;
  readonly type?: string;
  readonly forms: Readonly<{ [form: string]: Where }>;
  readonly loose?: boolean;
  readonly wanted: string;
  readonly with?: readonly string[];
  readonly label: { readonly vi: string; readonly en: string };
  readonly todo: { readonly vi: string; readonly en: string };
}
interface BookData {
  readonly sectors: readonly string[];
  readonly standards: readonly string[];
  readonly pieces: readonly PieceData[];
}

/** One piece of a season's book. */
export interface Piece {
  readonly code: string;
  /** Where the standard has it, "" for none. */
  readonly table: string;
  /** `idle`: neither there nor asked for yet. */
  readonly state: "present" | "missing" | "idle";
  /** How many documents fill it. */
  readonly count: number;
  /** The form to record it by, "" for none. */
  readonly form: string;
  readonly label: PieceData["label"];
  readonly todo: PieceData["todo"];
}

const BOOKS: readonly BookData[] = data.books;

/**
 * The pieces of a season's book in their order; none where no book fits its sector. `records`: at least the season's
 * entries, those that name none, and the farm's inspections.
 */
export function completeness(season: BookRecord, records: Iterable<BookRecord>, today: string): Piece[] {
  const sectors = texts(season, "sector");
  const said = texts(season, "standard");
  const standards = said.length > 0 ? said : ["none"];
  const book = BOOKS.find(
    (one) =>
      one.sectors.some((code) => sectors.includes(code)) &&
      one.standards.some((code) => standards.includes(code)),
  );
  const standing = [...records].filter(counts);
  return (book?.pieces ?? []).map((one) => toPiece(one, season, standing, today));
}

function toPiece(piece: PieceData, season: BookRecord, records: readonly BookRecord[], today: string): Piece {
  const fits = piece.type === INSPECTION ? isInspected : (one: BookRecord) => isOfForms(one, piece.forms);
  const count = records.filter((one) => fits(one) && isOf(one, season, today, piece.loose === true)).length;
  const isMissing = count === 0 && isWanted(piece, season, records, today);
  const { code, table, label, todo } = piece;
  const state = count > 0 ? "present" : isMissing ? "missing" : "idle";
  return { code, table, state, count, form: Object.keys(piece.forms)[0] ?? "", label, todo };
}

function isWanted(
  piece: PieceData,
  season: BookRecord,
  records: readonly BookRecord[],
  today: string,
): boolean {
  if (piece.wanted === "with")
    return records.some(
      (one) =>
        one.type === "entry" &&
        texts(one, "form").some((form) => piece.with?.includes(form)) &&
        options(one, "season").includes(season.doc),
    );
  const isOver = dates(season, "ended_on").some((day) => day <= today);
  return piece.wanted === "always" || (piece.wanted === "end" && isOver);
}

/** Says whether an entry is of one of the forms with the values that it wants, by every head. */
function isOfForms(record: BookRecord, forms: PieceData["forms"]): boolean {
  if (record.type !== "entry" || DELETED in record.rivals) return false;
  const [form, ...others] = new Set(options(record, "form"));
  const where = typeof form === "string" && others.length === 0 ? forms[form] : undefined;
  if (where === undefined) return false;
  const lines = [NO_LINE, ...lineIds(record)];
  return Object.entries(where).every(([name, values]) =>
    lines.some((line) => options(record, at(line, name)).every((one) => isAmong(one, values))),
  );
}

const isAmong = (one: Value, values: readonly string[]): boolean =>
  typeof one === "string" && values.includes(one);

const isInspected = (record: BookRecord): boolean =>
  record.type === INSPECTION && !(DELETED in record.rivals) && isWhole(record);

/** Says whether a document belongs to a season, by every head: it names it, or none and its days fit. */
function isOf(record: BookRecord, season: BookRecord, today: string, isLoose: boolean): boolean {
  const [name, none] = record.type === INSPECTION ? ["of", "farm"] : ["season", ""];
  const said = new Set(options(record, name).map((one) => (one === null || one === "" ? none : one)));
  if (said.size !== 1) return false;
  if (said.has(season.doc)) return true;
  const began = [...dates(season, "started_on")].sort()[0];
  const days = [...dates(record, "happened_on")].sort();
  const [first, last] = [days[0], days.at(-1)];
  if (!said.has(none) || !isLoose || began === undefined || first === undefined || last === undefined)
    return false;
  const end = [...dates(season, "ended_on"), today].sort()[0] ?? today;
  return addDays(began, -data.loose_days) <= first && last <= end;
}
