/**
 * Reviews: what the cooperative has said of an entry as it now stands.
 *
 * A review names the heads of the entry and of its photos that were on the page. Other heads than these, and the
 * entry is amended until it is reviewed again. Comments answer a review; they decide nothing.
 * Source: DESIGN §2 "review"; PROTOCOL §28; tests/vectors/reviews.json.
 */

import type { Members } from "./values.ts";

export type ReviewState = "sent" | "asked" | "amended" | "approved";
const APPROVED = "approved";
/** Our choice: what a review asks for above that counts as this many. */
const REVIEWERS_MAX = 9;

/** One review. `by`: who decided; `needs`: how many different people must approve these heads. */
export interface Review {
  readonly decision: string;
  readonly heads: ReadonlySet<string>;
  readonly by: string;
  readonly needs: number;
}

/**
 * What an entry's reviews come to.
 *
 * `place`: which of the reviews given decides, null where none does; `approvals`: who approved these very heads,
 * in the order given, while more people are needed; nobody once the entry is approved.
 */
export interface Standing {
  readonly state: ReviewState;
  readonly place: number | null;
  readonly approvals: readonly string[];
}

/** The review that the public fields of a `review` hold; what is of no use counts as none. */
export function parseReview(values: Members, by: string): Review {
  const { heads, needs, decision } = values;
  const named: readonly unknown[] = Array.isArray(heads) ? heads : [];
  return {
    decision: typeof decision === "string" ? decision : "",
    heads: new Set(named.filter((one): one is string => typeof one === "string")),
    by,
    needs: typeof needs === "number" && needs > 1 ? Math.min(needs, REVIEWERS_MAX) : 1,
  };
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((id) => other.has(id));
}

/**
 * What is said of an entry that has these heads (its own and its photos').
 *
 * `reviews` newest first, deleted ones left out; `hasConflict`: of the entry or of a photo. An approval of heads
 * that are in conflict counts for nothing, as if nobody had written it.
 */
export function standingOf(
  reviews: readonly Review[],
  heads: Iterable<string>,
  hasConflict: boolean,
): Standing {
  const present = new Set(heads);
  const approvals: string[] = [];
  for (const [place, review] of reviews.entries()) {
    if (!isSame(review.heads, present)) return { state: "amended", place, approvals };
    if (review.decision !== APPROVED) return { state: "asked", place, approvals };
    if (hasConflict) continue;
    if (!approvals.includes(review.by)) approvals.push(review.by);
    if (approvals.length >= review.needs) return { state: "approved", place, approvals: [] };
  }
  return { state: "sent", place: null, approvals };
}
