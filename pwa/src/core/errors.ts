/**
 * The one refusal of the protocol core, and the slugs it may carry.
 *
 * Twin of `sync/errors.py`, with one difference: what Python raises is returned here, as one side of a
 * union (`Op | Refusal`), so that the compiler asks every caller what happens to it.
 * A refusal says that these bytes can never be taken (`refused`), except for the slugs of `LATER`, where the
 * same bytes may be taken another day (`later`).
 * Source: DESIGN §3 "Sync"; STYLE §18, §19.
 */

export type Slug =
  | "bad_body"
  | "bad_bundle"
  | "bad_checkpoint"
  | "bad_key"
  | "bad_private"
  | "bad_request"
  | "bad_signature"
  | "newer_version"
  | "too_large";

export const LATER: ReadonlySet<Slug> = new Set<Slug>(["newer_version"]);

/**
 * Outside bytes that do not fit the protocol.
 *
 * `slug` names the problem; `detail` says in English, for a developer, which rule was broken; it never repeats
 * the bytes themselves.
 */
export class Refusal {
  readonly slug: Slug;
  readonly detail: string;

  constructor(slug: Slug, detail: string) {
    this.slug = slug;
    this.detail = detail;
  }
}

/** Whether a result of the core is a refusal. */
export function isRefusal<T>(result: T | Refusal): result is Refusal {
  return result instanceof Refusal;
}

/** The value itself, where the caller made it and a refusal would be a fault of the program. */
export function must<T>(result: T | Refusal): T {
  if (result instanceof Refusal) throw new Error(`${result.slug}: ${result.detail}`);
  return result;
}
