/** What a reviewer reads off a label: a new line of the cooperative's label book, a line read anew, or one taken out. */

import { makeUuid7 } from "../core/ids.ts";
import { PHI_DAYS_MAX } from "../core/lists_read.ts";
import { compareDecimals } from "../core/units.ts";
import { DELETED, type Value } from "../core/values.ts";
import type { Desk, Statement } from "./desk.ts";
import { one } from "./page.ts";

type Wrong = "dose" | "phi";

/** The op that a form of the label book signs; none where a field is wrong, and the form then says which. */
export function labelling(desk: Desk, form: HTMLFormElement): Statement[] {
  const { scope = "", doc = "", after = "", photo = "", entry = "" } = form.dataset;
  const target = { scope, after: after === "" ? [] : after.split(" "), private: {} };
  if ("drop" in form.dataset) return [{ ...target, doc, set: { [DELETED]: true } }];
  const said = saidOf((name) => textOf(form, name));
  show(form, typeof said === "string" ? said : null);
  if (typeof said === "string") return [];
  const uuid = makeUuid7(desk.now(), desk.crypto.getRandomValues(new Uint8Array(10)));
  const isNew = doc === "";
  const from = isNew ? { photo, from_entry: entry } : {};
  return [
    {
      ...target,
      doc: isNew ? `label_use:${uuid}` : doc,
      set: { ...(isNew ? present(said) : said), ...from },
    },
  ];
}

/** What the fields say, each of them (null for an empty one), or which part of them is wrong. */
export function saidOf(text: (name: string) => string): Record<string, Value> | Wrong {
  const low = decimal(text("dose_low"));
  const high = decimal(text("dose_high")) || low;
  const unit = text("dose_unit");
  const hasDose = low !== "" || high !== "" || unit !== "";
  if (hasDose && (unit === "" || compareDecimals(low, "0") !== 1)) return "dose";
  if (hasDose && compareDecimals(low, high) !== -1 && compareDecimals(low, high) !== 0) return "dose";
  const kind = text("phi_kind");
  const days = text("phi_days");
  const stage = text("phi_stage");
  if (kind === "" || (kind === "stage" && stage === "")) return "phi";
  if (kind === "days" && (!/^[0-9]{1,3}$/.test(days) || Number(days) > PHI_DAYS_MAX)) return "phi";
  const plain = ["product", "active_ingredient", "crop", "pest", "dose_text", "phi_text", "produce"];
  return {
    ...Object.fromEntries(plain.map((name) => [name, text(name) || null])),
    dose_low: hasDose ? low : null,
    dose_high: hasDose ? high : null,
    dose_unit: hasDose ? unit : null,
    phi_kind: kind,
    phi_days: kind === "days" ? Number(days) : null,
    phi_stage: kind === "stage" ? stage : null,
  };
}

function present(said: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null));
}

/** A number as people type it, "0,5" or "0.5", as decimal text. */
export function decimal(text: string): string {
  return text.replace(",", ".").replace(/^0+(?=[0-9])/, "");
}

function textOf(form: HTMLFormElement, name: string): string {
  const found = new FormData(form).get(name);
  return typeof found === "string" ? found.normalize("NFC").trim() : "";
}

function show(form: HTMLFormElement, wrong: Wrong | null): void {
  one("[data-wrong]", form)?.toggleAttribute("hidden", wrong === null);
  for (const part of ["dose", "phi"])
    one(`[data-wrong-${part}]`, form)?.toggleAttribute("hidden", wrong !== part);
}
