/** What an erasure signs: the chosen documents, log by log, and the person's own row where that is chosen too. */
import { makeUuid7 } from "../core/ids.ts";
import { ERASURE_DOCUMENTS_MAX } from "../core/limits.ts";
import type { Desk, Statement } from "./desk.ts";
import { all, objectIn, one } from "./page.ts";

const NONE: readonly string[] = [];

/** The statements of a form `data-erase`, none where nothing is chosen. */
export function erasing(desk: Desk, form: HTMLFormElement): Statement[] {
  const byScope = new Map<string, string[]>();
  const add = (scope: string, doc: string) => byScope.set(scope, [...(byScope.get(scope) ?? []), doc]);
  for (const box of all<HTMLInputElement>("input[name=doc]:checked", form))
    add(box.dataset.scope ?? "", box.value);
  if (one<HTMLInputElement>("input[name=whole]:checked", form) !== null) {
    for (const [scope, docs] of Object.entries(objectIn(form.dataset.erase)))
      for (const doc of Array.isArray(docs) ? docs : []) add(scope, String(doc));
  }
  const found: Statement[] = [];
  for (const [scope, docs] of byScope) {
    for (let from = 0; from < docs.length; from += ERASURE_DOCUMENTS_MAX) {
      const uuid = makeUuid7(desk.now(), desk.crypto.getRandomValues(new Uint8Array(10)));
      const set = { documents: docs.slice(from, from + ERASURE_DOCUMENTS_MAX), reason: "asked" };
      found.push({ scope, doc: `erasure:${uuid}`, after: NONE, set, private: {} });
    }
  }
  return found;
}
