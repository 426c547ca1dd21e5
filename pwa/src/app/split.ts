/** Which fields of a document are public and which go into its private part: what its form says. */
import { fieldOf } from "../core/forms.ts";
import type { NewOp } from "../store/save.ts";
import type { Context } from "./context.ts";
import type { Values } from "./types.ts";

const PRIVATE = new Set(["performed_by", "note", "position", "boundary", "caption"]);

/** Public and private halves of fields; what no form knows to be public stays private where it names people. */
export function splitFields(c: Context, form: string, fields: Values): Pick<NewOp, "set" | "private"> {
  const known = c.forms.value.get(form);
  const set: Values = {};
  const hidden: Values = {};
  for (const [name, value] of Object.entries(fields)) {
    const field = known ? fieldOf(known, name) : undefined;
    const isPrivate = field ? !field.public : PRIVATE.has(name);
    (isPrivate ? hidden : set)[name] = value;
  }
  return { set, private: hidden };
}
