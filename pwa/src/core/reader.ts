/**
 * A reader of exactly the JSON texts that `writeText` gives.
 *
 * Every other spelling of the same value (a space, another escape, `-0`, `1e3`, a doubled member) is refused
 * where it stands, so nothing has to be written again to compare. Does not know envelopes.
 * Source: WIRE "Body"; RFC 8259 for the grammar it narrows.
 */

import { Refusal } from "./errors.ts";
import { INTEGER_MAX, NAME_CHARS_MAX } from "./limits.ts";

export type Value = null | string | number | boolean | readonly Value[] | Members;

/** An object without a prototype: a member may be called `constructor`. */
export interface Members {
  readonly [name: string]: Value;
}

export const DELETED = "_deleted";

// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are never written as they are
const PLAIN = /[^"\\\u0000-\u001f]*/y; // what a text holds as it is
const INTEGER = /-?(?:0|[1-9][0-9]{0,15})(?![0-9.eE])/y; // 16 digits hold every safe integer
const NAME = /^[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*$/;
const SHORT: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["b", "\b"],
  ["t", "\t"],
  ["n", "\n"],
  ["f", "\f"],
  ["r", "\r"],
]);
const HEX = /^00(?:0[1-7bef]|1[0-9a-f])$/; // below U+0020, without those that have a short form

/** Whether `name` may name a member, at any depth: JavaScript would move an all-digit one to the front. */
export function isName(name: string): boolean {
  return name === DELETED || (name.length <= NAME_CHARS_MAX && NAME.test(name));
}

/** Reads one text, once. */
export class Reader {
  private readonly text: string;
  private readonly depthMax: number;
  private at = 0;

  constructor(text: string, depthMax: number) {
    this.text = text;
    this.depthMax = depthMax;
  }

  /** The object that is the whole text, or why it is none (bad_body). */
  object(): Members | Refusal {
    try {
      this.expect("{");
      const members = this.members(1);
      if (this.at !== this.text.length) throw new Fault("text behind the object");
      return members;
    } catch (fault) {
      if (fault instanceof Fault) return new Refusal("bad_body", fault.message);
      throw fault;
    }
  }

  private value(depth: number): Value {
    const first = this.text.charAt(this.at);
    if (first === '"') return this.string();
    if (first === "{" || first === "[") {
      if (depth === this.depthMax) throw new Fault(`deeper than ${this.depthMax} levels`);
      this.at++;
      return first === "{" ? this.members(depth + 1) : this.list(depth + 1);
    }
    if (first === "-" || (first >= "0" && first <= "9")) return this.integer();
    return this.word();
  }

  private members(depth: number): Members {
    const members: Record<string, Value> = Object.create(null);
    if (this.skip("}")) return members;
    do {
      const name = this.string();
      if (!isName(name)) throw new Fault("a field name that is not well made");
      if (name in members) throw new Fault("a member twice");
      this.expect(":");
      members[name] = this.value(depth);
    } while (this.skip(","));
    this.expect("}");
    return members;
  }

  private list(depth: number): Value[] {
    const items: Value[] = [];
    if (this.skip("]")) return items;
    do items.push(this.value(depth));
    while (this.skip(","));
    this.expect("]");
    return items;
  }

  private string(): string {
    this.expect('"');
    let out = this.take(PLAIN);
    while (this.skip("\\")) out += this.escaped() + this.take(PLAIN);
    this.expect('"');
    return out;
  }

  private escaped(): string {
    const letter = this.text.charAt(this.at++);
    const short = SHORT.get(letter);
    if (short !== undefined) return short;
    const code = this.text.slice(this.at, this.at + 4);
    if (letter !== "u" || !HEX.test(code))
      throw new Fault("an escape that the writer does not use, or U+0000");
    this.at += 4;
    return String.fromCharCode(Number.parseInt(code, 16));
  }

  private integer(): number {
    const digits = this.take(INTEGER);
    const value = Number(digits);
    if (digits === "" || digits === "-0" || Math.abs(value) > INTEGER_MAX) {
      throw new Fault("a number that is no plain safe integer");
    }
    return value;
  }

  private word(): null | boolean {
    if (this.skip("true")) return true;
    if (this.skip("false")) return false;
    if (this.skip("null")) return null;
    throw new Fault("no JSON text");
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }

  private skip(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  private expect(letter: string): void {
    if (!this.skip(letter)) throw new Fault(`no JSON text: ${letter} expected`);
  }
}

/** Leaves the reader at the first fault; never leaves this file. */
class Fault extends Error {}
