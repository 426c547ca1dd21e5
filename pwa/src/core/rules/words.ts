/**
 * A finding in words: the sentences of the catalogue with their facts filled in.
 *
 * Twin of `sync/rules/words.py`. Source: sync/rules/catalogue.json, the same file; tests/vectors/rules.json.
 */
import data from "../../../../sync/rules/catalogue.json";
import { parseDate } from "../civil.ts";
import { amountShown, type Language } from "../units.ts";
import type { Value } from "../values.ts";
import type { Finding } from "./shape.ts";

export type Part = "chip" | "farmer" | "todo" | "reviewer";
type Text = Readonly<Record<Language, string>>;

/** One rule of the catalogue. `mark`: V read in the source, V2 in a secondary one, R recalled. */
export interface Rule extends Readonly<Record<Part, Text>> {
  readonly severities: readonly string[];
  readonly source: { readonly standard: string; readonly clause?: string; readonly mark: string };
}

const RULES: Readonly<{ [code: string]: Rule }> = data.rules;
/** What a fact's code is called, by the fact's name. */
const WORDS: Readonly<{ [name: string]: Readonly<{ [code: string]: Text }> }> = data.words;
const FACT = /\{([a-z_]+)\}/g;
const NAMELESS: Text = { vi: "thuốc này", en: "this product" };

/** A rule by its code; null for one that this program does not know. */
export const ruleOf = (code: string): Rule | null =>
  Object.hasOwn(RULES, code) ? (RULES[code] ?? null) : null;

/** One text of a finding; "" for a rule that this program does not know. */
export function sentence(finding: Finding, part: Part, language: Language): string {
  const rule = ruleOf(finding.rule);
  if (rule === null) return "";
  return rule[part][language].replace(FACT, (_, name: string) =>
    shown(name, Object.hasOwn(finding.facts, name) ? (finding.facts[name] ?? null) : null, language),
  );
}

function shown(name: string, value: Value, language: Language): string {
  if (Array.isArray(value)) return value.map((one) => shown(name, one, language)).join(", ");
  if (value === null || value === "") return name === "product" ? NAMELESS[language] : "?";
  if (typeof value === "object") {
    const said = value as { [name: string]: Value };
    const { amount, unit } = said;
    if (typeof said[language] === "string") return `“${said[language]}”`;
    const text =
      typeof amount === "string" && typeof unit === "string" ? amountShown(amount, unit, language) : "?";
    return isText(text) ? text : "?";
  }
  if (typeof value !== "string") return String(value);
  const called = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
  if (called !== undefined && Object.hasOwn(called, value)) return called[value]?.[language] ?? "?";
  const date = parseDate(value);
  return typeof date === "string" ? value : `${date[2]}/${date[1]}`;
}

const isText = (text: unknown): text is string => typeof text === "string";
