/**
 * Every form by its code, for rules that ask what a form asks; as `load_forms` of `sync/forms.py`.
 *
 * The files are the lazy chunk that the phone's form screens use too: import rules lazily.
 */
import files from "virtual:forms";
import { type Form, parseForms } from "../forms.ts";

export const FORMS: ReadonlyMap<string, Form> = parseForms(files);
