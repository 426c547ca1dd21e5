/**
 * A session's list on the console: who was ticked since the page was drawn is recorded, who was unticked taken back.
 *
 * The documents have the names that a phone gives them, so that one attendee is never two. Source: PROTOCOL §40.
 */
import { makeUuid7, splitRef } from "../core/ids.ts";
import type { Value } from "../core/values.ts";
import type { Desk, Statement } from "./desk.ts";
import { all, objectIn, one } from "./page.ts";

const NAME_CHARS = 200;

/** The ops that a session's list signs; none where nothing was changed. */
export function attending(desk: Desk, form: HTMLFormElement): Statement[] {
  const { scope = "", training = "", kind = "", day = "" } = form.dataset;
  const said: Record<string, Value> = { training, kind, how: "list", happened_on: day };
  const found: Statement[] = [];
  for (const box of all<HTMLInputElement>("input[name=came]", form)) {
    if (box.checked === box.defaultChecked) continue;
    if (box.checked) {
      const set = {
        ...said,
        ...whom(box.dataset.of ?? ""),
        ...("gone" in box.dataset ? { _deleted: null } : {}),
      };
      const after = (box.dataset.after ?? "").split(" ").filter(Boolean);
      found.push({ scope, doc: box.dataset.doc ?? "", after, set, private: {} });
    } else
      for (const [doc, tips] of Object.entries(objectIn(box.dataset.own)))
        found.push({ scope, doc, after: textsIn(tips), set: { _deleted: true }, private: {} });
  }
  const name = one<HTMLInputElement>("input[name=name]", form)?.value.normalize("NFC").trim() ?? "";
  if (name !== "") {
    const uuid = makeUuid7(desk.now(), desk.crypto.getRandomValues(new Uint8Array(10)));
    const guest = { name: name.slice(0, NAME_CHARS) };
    found.push({ scope, doc: `attendance:${uuid}`, after: [], set: said, private: guest });
  }
  return found;
}

function whom(of: string): Record<string, Value> {
  const [kind, id] = splitRef(of);
  return kind === "farm" ? { farm: of } : { organisation: id };
}

function textsIn(tips: unknown): string[] {
  return Array.isArray(tips) ? tips.filter((one) => typeof one === "string") : [];
}
