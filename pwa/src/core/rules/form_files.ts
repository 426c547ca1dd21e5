/**
 * Every form by its code, for screens, and for rules that ask what a form asks; as `load_forms` of `sync/forms.py`.
 *
 * The files are a lazy chunk: import this lazily, and rules too.
 */
import files from "virtual:forms";
import { type Forms, lazyForms } from "../forms.ts";

export const FORMS: Forms = lazyForms(files);
