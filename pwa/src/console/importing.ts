/** What an import leaves to sign: the plots and first books of the farms that it added, in the order of the table. */
import { Refusal } from "../core/errors.ts";
import { makeUuid7 } from "../core/ids.ts";
import type { Value } from "../core/values.ts";
import { benchOf, say, still } from "./bench.ts";
import { type Desk, member, type Statement, textIn } from "./desk.ts";
import { all, showOnly } from "./page.ts";
import { record, send } from "./recording.ts";

/** Wire the page that follows an import. */
export function importing(desk: Desk): void {
  for (const form of all<HTMLFormElement>("form[data-import]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void sign(desk, form);
    });
  }
}

async function sign(desk: Desk, form: HTMLFormElement): Promise<void> {
  const bench = await benchOf(desk);
  if (bench === null) return say("no_key");
  still(form, true);
  say("busy");
  const signed = await record(desk, bench.shelf, bench.person, statementsOf(desk, form)).catch(() => null);
  if (signed === null || signed instanceof Refusal) {
    still(form, false);
    return say(signed === null ? "no_key" : "refused");
  }
  delete form.dataset.ops; // signed and kept: pressing again signs nothing twice
  const outcome = await send(desk, bench.shelf, bench.person);
  say(outcome === "done" ? "" : outcome);
  if (outcome === "done") showOnly("data-part", "signed");
}

/** The ops that the server lists; each document is new. */
export function statementsOf(desk: Desk, form: HTMLFormElement): Statement[] {
  const listed: unknown = JSON.parse(form.dataset.ops ?? "[]");
  if (!Array.isArray(listed)) return [];
  return listed.map((one: unknown) => {
    const uuid = makeUuid7(desk.now(), desk.crypto.getRandomValues(new Uint8Array(10)));
    const set = member(one, "set") as Record<string, Value>; // the server wrote it
    return {
      scope: textIn(one, "scope"),
      doc: `${textIn(one, "type")}:${uuid}`,
      after: [],
      set,
      private: {},
    };
  });
}
