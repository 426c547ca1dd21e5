/** Text as search compares it: without accents and case. */
export { plain } from "../store/plain.ts";
