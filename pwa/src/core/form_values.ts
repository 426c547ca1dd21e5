/**
 * What is noticed about the values of one document, by its form alone.
 *
 * `checkValues` never refuses: an entry is kept whatever it says, and what looks wrong becomes a finding.
 * It does not look at other entries (isolation times, stock): that is what rules do.
 * Twin of `sync/form_values.py`. Source: DESIGN §2, §4; tests/vectors/forms.json.
 */

import { isCivilDate } from "./civil";
import type { Form, FormField, FormLines, Words } from "./form_shape";
import { isDoc } from "./ids";
import { BOUNDARY_POINTS_MAX } from "./limits";
import { UNITS } from "./units";
import { DELETED, isDecimal, isMembers, splitLine, type Value } from "./values";

/** Folded values of a document, public or private part. */
export type FormValues = { readonly [name: string]: Value };

/** What was noticed about one field, in one sentence. `field` is its name in `set`. */
export interface FormFinding {
  readonly code: FormFindingCode;
  readonly field: string;
  readonly vi: string;
  readonly en: string;
}

const SENTENCES = {
  required_missing: ["Chưa ghi «{}».", "“{}” is missing."],
  advised_missing: ["Nên ghi thêm «{}».", "“{}” would help."],
  one_of_missing: ["Ghi ít nhất một mục, ví dụ «{}».", "Give at least one, for example “{}”."],
  line_missing: ["Chưa có dòng nào ở «{}».", "“{}” has no line yet."],
  too_many_lines: ["«{}»: nhiều dòng quá, hãy ghi tách ra.", "“{}”: too many lines; split them."],
  unknown_choice: ["«{}»: không có lựa chọn này.", "“{}”: no such choice."],
  unit_not_allowed: ["«{}»: đơn vị này không dùng ở đây.", "“{}”: this unit is not used here."],
  not_a_date: ["«{}»: ngày này không có trong lịch.", "“{}”: no such day in the calendar."],
  not_a_time: ["«{}»: giờ này không đúng.", "“{}”: not a time of day."],
  not_decimal: ["«{}»: chưa phải là số.", "“{}”: not a number."],
  out_of_range: ["«{}»: số này lạ, xem lại.", "“{}”: an unusual figure; look again."],
  wrong_type: ["«{}»: ghi chưa đúng kiểu.", "“{}”: not the right kind of value."],
  private_in_public: ["«{}» phải giữ kín mà để công khai.", "“{}” is private, yet in public."],
} as const;
export type FormFindingCode = keyof typeof SENTENCES;

/** Whether a finding is only advice; every other one is to be looked at. */
export const isHint = (finding: FormFinding): boolean => finding.code === "advised_missing";

const TIME = /^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/;
const DECIMALS_MAX = 9; // of a decimal amount: core/values.ts
const DEGREE = 10_000_000; // positions are integers of 10⁻⁷ degree

/**
 * What is to be looked at in the folded values of one document, in the order of the form.
 *
 * Shape: `values` is the public part, `privateValues` the private one; null for a private part that this reader
 * may not see or that was erased: then nothing of it is missed.
 */
export function checkValues(form: Form, values: FormValues, privateValues: FormValues | null): FormFinding[] {
  if (values[DELETED] === true || form.kind === "view") return [];
  const check = new Check(values, privateValues);
  for (const field of form.fields) check.field(field, field.name, "");
  for (const names of form.oneOf) {
    const first = form.fields.find((f) => f.name === names[0]);
    if (first && names.every((name) => isEmpty(check.value(name))))
      check.add("one_of_missing", first.name, first.label);
  }
  if (form.lines) check.lines(form.lines);
  return check.found;
}

const isEmpty = (value: Value | undefined): value is null | undefined =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);

/** A member that is the object's own: a field may be called like one of every object. */
const own = (values: FormValues, name: string): Value =>
  (Object.hasOwn(values, name) ? values[name] : null) ?? null;

/** The findings of one document while they are gathered. */
class Check {
  readonly found: FormFinding[] = [];
  private readonly open: FormValues;
  private readonly hidden: FormValues;
  private readonly seesPrivate: boolean;

  constructor(values: FormValues, privateValues: FormValues | null) {
    this.open = values;
    this.hidden = privateValues ?? {};
    this.seesPrivate = privateValues !== null;
  }

  add(code: FormFindingCode, field: string, label: Words): void {
    const [vi, en] = SENTENCES[code];
    const found = { code, field, vi: vi.replace("{}", () => label.vi), en: en.replace("{}", () => label.en) };
    this.found.push(found);
  }

  value(name: string): Value {
    return own(this.hidden, name) ?? own(this.open, name);
  }

  lines(lines: FormLines): void {
    const names = [...Object.keys(this.open), ...Object.keys(this.hidden)];
    const held = names.filter((name) => this.value(name) !== null);
    const ids = [...new Set(held.flatMap((name) => splitLine(name)?.[0] ?? []))].sort();
    if (ids.length < lines.min) this.add("line_missing", "line", lines.title);
    if (ids.length > lines.max) this.add("too_many_lines", "line", lines.title);
    for (const id of ids) {
      for (const field of lines.fields) this.field(field, `line.${id}.${field.name}`, `line.${id}.`);
    }
  }

  field(field: FormField, name: string, prefix: string): void {
    if (!field.public && own(this.open, name) !== null) this.add("private_in_public", name, field.label);
    if (!this.isAsked(field, prefix)) return;
    const value = this.value(name);
    const code = isEmpty(value) ? this.absence(field) : faultOf(field, value);
    if (code) this.add(code, name, field.label);
  }

  private absence(field: FormField): FormFindingCode | null {
    if (field.required === "no" || (!field.public && !this.seesPrivate)) return null;
    return field.required === "advised" ? "advised_missing" : "required_missing";
  }

  /** Whether `when` holds; the field it names is one of the line, else one of the form. */
  private isAsked(field: FormField, prefix: string): boolean {
    if (field.when === null) return true;
    const value = this.value(prefix + field.when.field) ?? this.value(field.when.field);
    const held: readonly Value[] = Array.isArray(value) ? value : [value];
    return field.when.in.some((wanted) => held.includes(wanted));
  }
}

/** The code of what is wrong with a value, or null. */
function faultOf(field: FormField, value: Value): FormFindingCode | null {
  switch (field.type) {
    case "text":
    case "longtext":
    case "person":
    case "product":
      return typeof value === "string" ? null : "wrong_type";
    case "choice":
    case "choices":
      return choiceFault(field, value);
    case "bool":
      return typeof value === "boolean" ? null : "wrong_type";
    case "date":
      return isCivilDate(value) ? null : "not_a_date";
    case "time":
      return typeof value === "string" && TIME.test(value) ? null : "not_a_time";
    case "amount":
    case "integer":
    case "days":
    case "decimal":
      return numberFault(field, value);
    default:
      return isShape(field.type, field.of, value) ? null : "wrong_type";
  }
}

function choiceFault(field: FormField, value: Value): FormFindingCode | null {
  if (Array.isArray(value) !== (field.type === "choices")) return "wrong_type";
  const chosen: readonly Value[] = Array.isArray(value) ? value : [value];
  return chosen.every((v) => field.choices.some((c) => c.code === v)) ? null : "unknown_choice";
}

function numberFault(field: FormField, value: Value): FormFindingCode | null {
  if (field.type === "amount") {
    if (!isMembers(value)) return "wrong_type";
    if (Object.keys(value).sort().join() !== "amount,unit") return "wrong_type";
    const unit = value.unit;
    if (typeof unit !== "string" || !field.units.includes(unit)) return "unit_not_allowed";
    if (!isDecimal(value.amount)) return "not_decimal";
    return isInRange(field, value.amount, unit) ? null : "out_of_range";
  }
  if (field.type === "decimal") {
    if (!isDecimal(value)) return "not_decimal";
    return isInRange(field, value, "") ? null : "out_of_range";
  }
  if (!Number.isSafeInteger(value)) return "wrong_type";
  return (value as number) >= 0 && isInRange(field, String(value), "") ? null : "out_of_range";
}

/**
 * Whether an amount lies in the range, which is in the default unit. A unit that does not convert to that one
 * (a rate, a sack) is not judged.
 */
function isInRange(field: FormField, amount: string, unit: string): boolean {
  if (field.range === null) return true;
  let mine = 1n;
  let theirs = 1n;
  if (unit !== "" && unit !== field.units[0]) {
    const said = UNITS.get(unit);
    const first = UNITS.get(field.units[0] ?? "");
    if (!said?.factor || !first?.factor || said.dimension !== first.dimension) return true;
    mine = BigInt(said.factor);
    theirs = BigInt(first.factor);
  }
  const value = scaled(amount) * mine;
  return scaled(field.range[0]) * theirs <= value && value <= scaled(field.range[1]) * theirs;
}

/** Decimal text in units of 10⁻⁹. */
function scaled(decimal: string): bigint {
  const [whole = "0", fraction = ""] = decimal.split(".");
  return BigInt(whole + fraction.padEnd(DECIMALS_MAX, "0"));
}

/** Whether a value of type ref, refs, position or boundary has its shape. */
function isShape(kind: string, of: string, value: Value): boolean {
  if (kind === "position") return isMembers(value) && isPoint([value.lat ?? null, value.lng ?? null]);
  if (!Array.isArray(value)) return kind === "ref" && isRef(value, of);
  if (kind === "refs") return value.every((v: Value) => isRef(v, of));
  return (
    kind === "boundary" && value.length >= 3 && value.length <= BOUNDARY_POINTS_MAX && value.every(isPoint)
  );
}

function isRef(value: Value, of: string): boolean {
  return typeof value === "string" && isDoc(value) && value.startsWith(`${of}:`);
}

function isPoint(value: Value): boolean {
  if (!Array.isArray(value) || value.length !== 2 || !value.every(Number.isSafeInteger)) return false;
  return Math.abs(value[0]) <= 90 * DEGREE && Math.abs(value[1]) <= 180 * DEGREE;
}
