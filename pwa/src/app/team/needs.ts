/** Why a household needs somebody: read off what is known of it, the most pressing first. */
import { daysBetween } from "../../core/civil.ts";
import type { Household, Need } from "../types.ts";

const DAY_MS = 86_400_000;
/** Our choice: in a running season something is done every few days. */
const QUIET_DAYS = 10;
/** Our choice: so long a phone may be without coverage before somebody looks at it. */
const STUCK_DAYS = 3;

export interface Known {
  today: string;
  now: number;
  asked: number;
  torn: number;
  declined: string | null;
  waiting: boolean;
}

/** The needs of a household; none where it is only known by name and nobody asked for it. */
export function needsOf(one: Omit<Household, "needs">, known: Known): Need[] {
  const found: Need[] = [];
  if (known.declined !== null) found.push({ kind: "declined", reason: known.declined });
  if (one.help === "none") return found;
  const phones = one.people.flatMap((person) => person.phones);
  const arrived = phones.find((phone) => phone.state === "waiting" && phone.pending === null);
  if (arrived) found.push({ kind: "arrived", label: arrived.label });
  if (known.asked > 0) found.push({ kind: "asked", entries: known.asked });
  if (known.torn > 0) found.push({ kind: "torn", entries: known.torn });
  if (one.help === "over") found.push({ kind: "over", until: one.until ?? known.now, asked: false });
  if (one.help === "asked") found.push({ kind: "over", until: one.until ?? known.now, asked: true });
  if (one.help === "over" || one.help === "asked") return found;
  const live = phones.filter((phone) => phone.state !== "revoked" && phone.pending !== "ending");
  const open = one.people.some((person) => person.invitation !== null);
  if (live.length === 0) found.push(open ? { kind: "invited" } : { kind: "no_phone", until: one.until });
  const stuck = live.find(
    (phone) =>
      (phone.unsent ?? 0) > 0 &&
      phone.last_seen !== null &&
      known.now - phone.last_seen > STUCK_DAYS * DAY_MS,
  );
  if (stuck) {
    const days = Math.floor((known.now - (stuck.last_seen ?? known.now)) / DAY_MS);
    found.push({ kind: "stuck", unsent: stuck.unsent ?? 0, days });
  }
  if (known.waiting) found.push({ kind: "waiting" });
  const quiet = one.last_entry_on === null ? null : daysBetween(one.last_entry_on, known.today);
  if (typeof quiet === "number" && quiet >= QUIET_DAYS) found.push({ kind: "quiet", days: quiet });
  if (quiet === null && live.some((phone) => phone.state === "confirmed")) found.push({ kind: "never" });
  return found;
}

const ORDER: readonly Need["kind"][] = [
  "declined",
  "arrived",
  "asked",
  "torn",
  "invited",
  "stuck",
  "no_phone",
  "over",
  "quiet",
  "never",
  "waiting",
];

/** By the most pressing need, then by code; those without a need last. */
export function byNeed(a: Household, b: Household): number {
  const rank = (one: Household) => {
    const [first] = one.needs;
    return first === undefined ? ORDER.length : ORDER.indexOf(first.kind);
  };
  return rank(a) - rank(b) || (a.code < b.code ? -1 : a.code > b.code ? 1 : a.farm < b.farm ? -1 : 1);
}
