/**
 * What rules need to know of each form, as data: `sync/rules/forms.json`, the same file.
 *
 * Twin of `sync/rules/form_rules.py`.
 */
import data from "../../../../sync/rules/forms.json";
import { type BookRecord, lineIds, once, texts } from "./shape.ts";

export type Produce = "crop" | "meat" | "eggs" | "milk" | "fish";
export const PRODUCE: readonly Produce[] = ["crop", "meat", "eggs", "milk", "fish"];
const ENDING = ["checkup", "equipment"] as const;
export const NO_LINE = "";
const MISSING = ["unknown", "quiet", "none"] as const;

/** Fields that say how long to wait for one produce; `missing`: what it means where they are empty. */
export interface Wait {
  readonly produce: Produce;
  readonly kind: string;
  readonly days: string;
  readonly missing: (typeof MISSING)[number];
}

/**
 * Which of several things a form is about: field `by` looked up in `of`, else `otherwise`. `amount`, `pack`: the
 * fields of how much, and of how much one package holds ("" for none).
 */
export interface Sort {
  readonly by: string;
  readonly of: Readonly<{ [value: string]: string }>;
  readonly otherwise: string;
  readonly amount: string;
  readonly pack: string;
}

/** Values of field `by` that mean "did not pass", and the fields that must then be filled in. */
export interface Fails {
  readonly by: string;
  readonly values: ReadonlySet<string>;
  readonly needs: readonly string[];
}

/** Field `day` says until when something of a kind is good; `by`: the field that names it, "" for none. */
export interface Ends {
  readonly kind: "checkup" | "equipment";
  readonly day: string;
  readonly by: string;
}

/** What rules know of a form. `quantity`: fields of what was taken, the first filled in counts. */
export interface FormRules {
  readonly waits: readonly Wait[];
  readonly until: string;
  readonly takes: Sort | null;
  readonly quantity: readonly string[];
  readonly uses: Sort | null;
  readonly buys: Sort | null;
  readonly counts: Sort | null;
  readonly sells: readonly string[];
  readonly fails: Fails | null;
  readonly trains: boolean;
  readonly measures: boolean;
  readonly ends: Ends | null;
}

interface SortData {
  by?: string;
  of?: { [value: string]: string };
  else: string;
  quantity?: string[];
  amount?: string;
  pack?: string;
}
interface FormData {
  waits?: { produce: string; kind: string; days: string; missing?: string }[];
  until?: string;
  takes?: SortData;
  uses?: SortData;
  buys?: SortData;
  counts?: SortData;
  sells?: string[];
  fails?: { by: string; in: string[]; needs: string[] };
  trains?: boolean;
  measures?: boolean;
  ends?: { kind: string; day: string; by?: string };
}

const NONE: FormRules = {
  waits: [],
  until: "",
  takes: null,
  quantity: [],
  uses: null,
  buys: null,
  counts: null,
  sells: [],
  fails: null,
  trains: false,
  measures: false,
  ends: null,
};

const one = <T extends string>(value: string | undefined, known: readonly T[], otherwise: T): T =>
  known.find((each) => each === value) ?? otherwise;

const sort = (from: SortData | undefined): Sort | null =>
  from === undefined
    ? null
    : {
        by: from.by ?? "",
        of: from.of ?? {},
        otherwise: from.else,
        amount: from.amount ?? "total_used",
        pack: from.pack ?? "",
      };

const failing = (from: FormData["fails"]): Fails | null =>
  from === undefined ? null : { by: from.by, values: new Set(from.in), needs: from.needs };

const ending = (from: FormData["ends"]): Ends | null =>
  from === undefined ? null : { kind: one(from.kind, ENDING, "equipment"), day: from.day, by: from.by ?? "" };

function parse(from: FormData): FormRules {
  return {
    waits: (from.waits ?? []).map((wait) => ({
      produce: one(wait.produce, PRODUCE, "crop"),
      kind: wait.kind,
      days: wait.days,
      missing: one(wait.missing, MISSING, "unknown"),
    })),
    until: from.until ?? "",
    takes: sort(from.takes),
    quantity: from.takes?.quantity ?? [],
    uses: sort(from.uses),
    buys: sort(from.buys),
    counts: sort(from.counts),
    sells: from.sells ?? [],
    fails: failing(from.fails),
    trains: from.trains ?? false,
    measures: from.measures ?? false,
    ends: ending(from.ends),
  };
}

const FORMS: ReadonlyMap<string, FormRules> = new Map(
  Object.entries(data.forms as { [code: string]: FormData }).map(([code, from]) => [code, parse(from)]),
);

/** What rules know of an entry's form; nothing of any other document. */
export const rulesOf: (record: BookRecord) => FormRules = once((record) => {
  if (record.type !== "entry") return NONE;
  return FORMS.get(texts(record, "form")[0] ?? "") ?? NONE;
});

/** The name of a field as it stands in `set`: of a line, or of the entry where `line` is "". */
export const at = (line: string, name: string): string => (line === "" ? name : `line.${line}.${name}`);

/** The ids of the lines of an entry; one "" where it has none. */
export function linesOf(record: BookRecord): readonly string[] {
  const ids = lineIds(record);
  return ids.length > 0 ? ids : [""];
}

/** Everything that a record (or one of its lines) may be about, by any head. */
export function sorts(record: BookRecord, by: Sort | null, line = ""): ReadonlySet<string> {
  if (by === null) return new Set();
  if (by.by === "") return new Set([by.otherwise]);
  const inLine = texts(record, at(line, by.by));
  const named = inLine.length > 0 ? inLine : texts(record, by.by);
  const found = new Set(named.map((each) => by.of[each] ?? by.otherwise));
  return found.size > 0 ? found : new Set([by.otherwise]);
}
