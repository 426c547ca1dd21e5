/** What the form's rules notice about the values on the screen: the core's checks, fetched with the form's screen. */
import type { Values } from "../../app/types.ts";
import { checkValues, isHint } from "../../core/form_values.ts";
import type { Form, FormFinding } from "../../core/forms.ts";

/** Return the findings; advice ("would help") is left out, because a screen of advice is read by nobody. */
export function findingsOf(form: Form, values: Values): readonly FormFinding[] {
  const [open, hidden] = splitPrivate(form, values);
  return checkValues(form, open, hidden).filter((one) => !isHint(one));
}

/** Return the public and the private values of a form, as they will stand in the op. */
export function splitPrivate(form: Form, values: Values): [Values, Values] {
  const hidden = new Set(form.fields.filter((field) => !field.public).map((field) => field.name));
  const hiddenInLine = new Set(
    (form.lines?.fields ?? []).filter((field) => !field.public).map((field) => field.name),
  );
  const parts: [Values, Values] = [{}, {}];
  for (const [name, value] of Object.entries(values)) {
    const inLine = /^line\.[a-z2-7]{8}\.(.+)$/.exec(name)?.[1];
    const isHidden = inLine === undefined ? hidden.has(name) : hiddenInLine.has(inLine);
    parts[isHidden ? 1 : 0][name] = value;
  }
  return parts;
}
