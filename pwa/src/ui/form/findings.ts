/** What the form's rules notice about the values on the screen: the core's checks, fetched with the form files. */
import type { Values } from "../../app/types.ts";
import { type Form, type FormFinding, parseForms } from "../../core/forms.ts";

type Check = (code: string, values: Values) => readonly FormFinding[];

let loading: Promise<Check> | null = null;

/** Return the checks; advice ("would help") is left out, because a screen of advice is read by nobody. */
export function loadChecks(): Promise<Check> {
  loading ??= Promise.all([import("../../core/form_values.ts"), import("virtual:forms")]).then(
    ([core, files]) => {
      const forms = parseForms(files.default);
      return (code, values) => {
        const form = forms.get(code);
        if (form === undefined) return [];
        const [open, hidden] = splitPrivate(form, values);
        return core.checkValues(form, open, hidden).filter((one) => !core.isHint(one));
      };
    },
  );
  return loading;
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
