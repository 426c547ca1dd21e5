/**
 * Attendances of training: the code that an attendee's phone shows, and the document that says who came.
 *
 * Twin: `sync/attendance.py`, which also reads the document for the server's views. A code holds no name and proves
 * nobody's presence: who scans sees whom he scans. Source: PROTOCOL §40; tests/vectors/attendance.json.
 */
import { Refusal } from "./errors.ts";
import { b64Decode, b64Encode } from "./ids.ts";
import { sha256 } from "./sha256.ts";

const PREFIX = "DD1:";
export type AttendeeFault = "not_attendee" | "bad_attendee" | "foreign_attendee";
const KINDS = ["farm", "organisation"] as const;
const BARE_BYTES = 33; // kind, id, membership
const MARK_BYTES = 2;
const CHECK_BYTES = 4;

/** Who comes: a member of a household (`kind` farm) or of an organisation. Ids are UUIDs. */
export interface Attendee {
  readonly kind: "farm" | "organisation";
  readonly id: string;
  readonly membership: string;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** By what a code tells whose log it belongs to. */
const mark = (origin: string): Uint8Array =>
  sha256(utf8(`so-nha-nong/1/attendee ${origin}\n`)).subarray(0, MARK_BYTES);

const check = (bare: Uint8Array): Uint8Array =>
  sha256(utf8("so-nha-nong/1/attendee\n"), bare).subarray(0, CHECK_BYTES);

const same = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((one, at) => one === b[at]);

/** What the attendee's phone shows, 56 characters. */
export function makeAttendeeCode(origin: string, who: Attendee): string {
  const bare = Uint8Array.from([
    KINDS.indexOf(who.kind) + 1,
    ...raw(who.id),
    ...raw(who.membership),
    ...mark(origin),
  ]);
  return PREFIX + b64Encode(Uint8Array.from([...bare, ...check(bare)]));
}

/**
 * Who a scanned text is, or why it is nobody: `not_attendee` another kind of code; `bad_attendee` damaged, cut or made
 * up; `foreign_attendee` whole, but of another log than `origin`.
 */
export function readAttendeeCode(origin: string, text: string): Attendee | AttendeeFault {
  if (!text.startsWith(PREFIX)) return "not_attendee";
  const data = b64Decode(text.slice(PREFIX.length), BARE_BYTES + MARK_BYTES + CHECK_BYTES);
  if (data instanceof Refusal) return "bad_attendee";
  const bare = data.subarray(0, -CHECK_BYTES);
  const kind = KINDS[(bare[0] ?? 0) - 1];
  if (kind === undefined || !same(data.subarray(-CHECK_BYTES), check(bare))) return "bad_attendee";
  if (!same(bare.subarray(BARE_BYTES), mark(origin))) return "foreign_attendee";
  return { kind, id: uuid(bare.subarray(1, 17)), membership: uuid(bare.subarray(17, BARE_BYTES)) };
}

/**
 * The document of one attendee at one session: the same on every phone, so that none is doubled.
 *
 * `of`: the scope of the household, or `org:` and the organisation; `membership`: "" where only the household is
 * known. Source: RFC 9562 §5.8 (UUIDv8).
 */
export function attendanceDoc(training: string, of: string, membership: string): string {
  const bytes = sha256(utf8(`so-nha-nong/1/attendance\n${training}\n${of}\n${membership}\n`)).subarray(0, 16);
  bytes[6] = 0x80 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return `attendance:${uuid(bytes)}`;
}

function raw(text: string): number[] {
  return (text.replaceAll("-", "").match(/../g) ?? []).map((two) => Number.parseInt(two, 16));
}

function uuid(bytes: Uint8Array): string {
  const text = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
    "-",
  );
}
