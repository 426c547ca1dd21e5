/**
 * An internal inspection on the console: begun, carried out, a fault closed, taken out.
 *
 * Only what was changed is signed, a name of the form being a field of the document. Source: PROTOCOL §30.
 */
import { makeUuid7 } from "../core/ids.ts";
import { DELETED, type Value } from "../core/values.ts";
import type { Desk, Statement } from "./desk.ts";
import { dayOf } from "./lotting.ts";
import { all, one } from "./page.ts";

/**
 * An input as far as it is looked at. `data-always`: what it holds is new, whatever the page wrote into it;
 * `data-day`: it holds a day as people write one.
 */
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
  if (text === "") return null;
  return "day" in input.dataset ? dayOf(text) || undefined : text;
}

/**
 * What is wrong with a day as it was typed, in the page's words; "" for a good one and for none.
 *
 * `data-wrong`: said of what is no day; `data-latest`, `data-late`: the last day that may be, and what is said of one after it.
 */
export function wrongDay({ value, dataset }: Pick<HTMLInputElement, "value" | "dataset">): string {
  const text = value.trim();
  if (text === "") return "";
  const day = dayOf(text);
  if (day === "") return dataset.wrong ?? "";
  return dataset.latest !== undefined && day > dataset.latest ? (dataset.late ?? "") : "";
}

/** What is asked of an item that failed stands there only while it does; a day that is none is told at once. */
export function inspection(): void {
  for (const form of all<HTMLFormElement>("form[data-inspect]")) {
    const days = all<HTMLInputElement>("input[data-day]", form);
    // What is hidden can't hold a form up: nobody would see why.
    const check = () => {
      for (const day of days) day.setCustomValidity(day.closest("[hidden]") === null ? wrongDay(day) : "");
    };
    form.addEventListener("input", check);
    form.addEventListener("click", check, { capture: true });
  }
  for (const part of all("[data-failed]")) {
    const boxes = all<HTMLInputElement>(`input[name="${part.dataset.failed ?? ""}"]`);
    const show = () => {
      part.hidden = !boxes.some((box) => box.checked && box.value === "fail");
    };
    for (const box of boxes) box.addEventListener("change", show);
    show();
  }
}
