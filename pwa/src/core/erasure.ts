/**
 * Erasure: which documents an op erases.
 *
 * From such an op on every reader drops the private parts of all ops of these documents, past and late, and the
 * bytes of the photos among them. Nothing says an erasure back: whoever named a document once erased it.
 * Source: DESIGN §3 "Erasure"; PROTOCOL §5 "Erasure"; tests/vectors/erasure.json.
 */

import { isDoc } from "./ids.ts";
import { ERASURE_DOCUMENTS_MAX } from "./limits.ts";
import type { Members } from "./values.ts";

export const ERASURE = "erasure";

/** The documents that an op with these public fields erases, each once, in the order named. */
export function erasedDocuments(docType: string, fields: Members): string[] {
  const named = fields.documents;
  if (docType !== ERASURE || !Array.isArray(named)) return [];
  const listed: readonly unknown[] = named.slice(0, ERASURE_DOCUMENTS_MAX);
  return [...new Set(listed.filter((one): one is string => typeof one === "string" && isDoc(one)))];
}
