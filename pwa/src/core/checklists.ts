/**
 * Checklists of inspections, as data, and the forms that they are filled in by: what is looked at, by which clause.
 *
 * Twin of `sync/checklists.py`. Source: TCVN 11892-1:2017, Annex D; PROTOCOL §30.
 */

import annexD from "../../../sync/checklists/annex_d.json";
import type { Form, FormField, Words } from "./form_shape";

/** Form that a new inspection is filled in by, and the document's type. */
export const INSPECTION = "inspection";
/** Form by which a household writes what it did about what failed, and nothing else. */
export const REPAIR = "inspection_repair";

export interface Item {
  code: string;
  clause: string;
  criterion: Words;
  requirement: Words;
}

export interface Checklist {
  checklist: string;
  version: number;
  standard: { code: string; clause: string; mark: string };
  title: Words;
  items: readonly Item[];
}

export const ANNEX_D: Checklist = annexD;
/** What failed is put right within three months (clause 3.1.8). */
export const DUE_DAYS = 90;

/** What a field of an inspection about an item is called. */
export const itemField = (code: string, field: string): string => `item.${code}.${field}`;

const PASSED = { code: "pass", label: { vi: "Đạt", en: "Passed" } };
const FAILED = { code: "fail", label: { vi: "Không đạt", en: "Failed" } };
const APART = { code: "na", label: { vi: "Không áp dụng", en: "Does not apply" } };

/** A field of a form that is made here. */
export const plainField = (name: string, type: string, label: Words): FormField => ({
  name,
  type,
  label,
  help: null,
  required: "no",
  when: null,
  public: true,
  units: [],
  choices: [],
  of: "",
  more: false,
  repeat: false,
  range: null,
  default: null,
});

/** Fields of what failed: who inspects writes the cause and until when, the household what it did. */
function failedFields(item: Item, isRepair: boolean): FormField[] {
  const name = (field: string) => itemField(item.code, field);
  const when = { field: name("result"), in: ["fail"] };
  const what = (vi: string, en: string): Words => ({
    vi: isRepair ? `${item.clause} ${item.criterion.vi}: ${vi.toLowerCase()}` : vi,
    en: isRepair ? `${item.clause} ${item.criterion.en}: ${en.toLowerCase()}` : en,
  });
  const cause = plainField(name("cause"), "text", what("Vì sao không đạt?", "Cause"));
  const action = plainField(name("action"), "text", what("Khắc phục thế nào?", "Corrective action"));
  const due = plainField(name("due_on"), "date", what("Phải xong trước ngày", "To be done by"));
  const closed = plainField(name("closed_on"), "date", what("Xong ngày", "Done on"));
  const seen: FormField[] = [
    { ...cause, public: false, required: "if" },
    { ...action, public: false, required: "if" },
    { ...due, required: "advised" },
    closed,
  ];
  const own = isRepair ? seen.filter((one) => one !== seen[0] && one !== seen[2]) : seen;
  return own.map((one) => ({ ...one, when }));
}

function resultField(item: Item): FormField {
  const label = {
    vi: `${item.clause} ${item.criterion.vi}`,
    en: `${item.clause} ${item.criterion.en}`,
  };
  const field = plainField(itemField(item.code, "result"), "choice", label);
  return { ...field, help: item.requirement, required: "advised", choices: [PASSED, FAILED, APART] };
}

/** The forms of a checklist: the inspector's and the household's. */
export function checklistForms(of: Checklist): readonly Form[] {
  const day = plainField("happened_on", "date", { vi: "Ngày kiểm tra", en: "Date of inspection" });
  const name = { vi: "Đánh giá nội bộ", en: "Internal inspection" };
  const form: Form = {
    form: INSPECTION,
    version: of.version,
    document: INSPECTION,
    sector: "any",
    kind: "record",
    icon: "zoom-question",
    standard: of.standard,
    title: name,
    short: name,
    help: null,
    order: 1000,
    tiles: [],
    about: { plots: "none", season: "none" },
    replaces: [],
    sources: [],
    groups: [],
    oneOf: [],
    fields: [day, ...of.items.flatMap((item) => [resultField(item), ...failedFields(item, false)])],
    lines: null,
    photos: [
      { kind: "site", label: { vi: "Chỗ kiểm tra", en: "The place" }, wanted: "optional" },
      { kind: "document", label: { vi: "Giấy tờ", en: "Papers" }, wanted: "optional" },
    ],
  };
  const title = { vi: "Việc đã khắc phục", en: "What was put right" };
  const fields = of.items.flatMap((item) => failedFields(item, true));
  return [form, { ...form, form: REPAIR, title, short: title, fields }];
}

const isSaid = (value: unknown): boolean => typeof value === "string" && value !== "";

/** How an inspection stands: what failed and is not closed, and how many items were looked at. */
export function standOf(
  of: Checklist,
  values: { readonly [name: string]: unknown },
): { seen: number; passed: number; failed: readonly Item[]; open: readonly Item[] } {
  const result = (item: Item): unknown => values[itemField(item.code, "result")];
  const failed = of.items.filter((item) => result(item) === "fail");
  return {
    seen: of.items.filter((item) => isSaid(result(item))).length,
    passed: of.items.filter((item) => result(item) === "pass").length,
    failed,
    open: failed.filter((item) => !isSaid(values[itemField(item.code, "closed_on")])),
  };
}
