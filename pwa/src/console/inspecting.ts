/**
 * An internal inspection on the console: begun, carried out, a fault closed, taken out.
 *
 * Only what was changed is signed, a name of the form being a field of the document. Source: PROTOCOL §30.
 */
import { makeUuid7 } from "../core/ids.ts";
import { DELETED, type Value } from "../core/values.ts";
import type { Desk, Statement } from "./desk.ts";
import { all, one } from "./page.ts";

/** An input as far as it is looked at. `data-always`: what it holds is new, whatever the page wrote into it. */
export type Told = Pick<
  HTMLInputElement,
  "name" | "type" | "value" | "defaultValue" | "checked" | "defaultChecked" | "dataset"
>;

/** What a form of an inspection signs; nothing where nothing was changed. A new one leads to its own page. */
export function inspecting(desk: Desk, form: HTMLFormElement): Statement[] {
  const { scope = "", doc = "", after = "", inspect } = form.dataset;
  if (inspect === "begin") return [begun(desk, form)];
  const target = { scope, doc, after: after === "" ? [] : after.split(" ") };
  if (inspect === "drop") return [{ ...target, set: { [DELETED]: true }, private: {} }];
  const said = changesOf(all<HTMLInputElement>("input[name]", form));
  const isEmpty = Object.keys(said.set).length + Object.keys(said.private).length === 0;
  return isEmpty ? [] : [{ ...target, ...said }];
}

/** What inputs say that the page did not, public and private apart; null for a field that was emptied. */
export function changesOf(inputs: readonly Told[]): Pick<Statement, "set" | "private"> {
  const found: { set: Record<string, Value>; private: Record<string, Value> } = { set: {}, private: {} };
  for (const input of inputs) {
    const said = changed(input);
    if (said !== undefined) found["private" in input.dataset ? "private" : "set"][input.name] = said;
  }
  return found;
}

function begun(desk: Desk, form: HTMLFormElement): Statement {
  const { scope = "", farm = "", checklist = "", role = "", today = "" } = form.dataset;
  const uuid = makeUuid7(desk.now(), desk.crypto.getRandomValues(new Uint8Array(10)));
  form.dataset.next = `/htx/kiem-tra/${farm}/${uuid}`;
  const of = one<HTMLSelectElement>("select[name=of]", form)?.value ?? "farm";
  const set = { of, checklist, inspector_role: role, happened_on: today };
  return { scope, doc: `inspection:${uuid}`, after: [], set, private: {} };
}

function changed(input: Told): Value | undefined {
  if (input.type === "radio") return input.checked && !input.defaultChecked ? input.value : undefined;
  const text = input.value.normalize("NFC").trim();
  if (text === input.defaultValue && !("always" in input.dataset)) return undefined;
  return text === "" ? null : text;
}

/** What is asked of an item that failed stands there only while it does. */
export function inspection(): void {
  for (const part of all("[data-failed]")) {
    const boxes = all<HTMLInputElement>(`input[name="${part.dataset.failed ?? ""}"]`);
    const show = () => {
      part.hidden = !boxes.some((box) => box.checked && box.value === "fail");
    };
    for (const box of boxes) box.addEventListener("change", show);
    show();
  }
}
