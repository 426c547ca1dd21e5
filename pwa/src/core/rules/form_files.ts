/**
 * Every form by its code, for rules that ask what a form asks; as `load_forms` of `sync/forms.py`.
 *
 * The files are the lazy chunk that the phone's screens use too: import rules lazily.
 */
import files from "virtual:forms";
import { type Forms, lazyForms } from "../forms.ts";

export const FORMS: Forms = lazyForms(files);
