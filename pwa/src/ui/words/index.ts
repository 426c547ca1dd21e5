/** The words of the chosen language, as a signal: a screen that reads `words.value` follows the switch. */
import { computed, signal } from "@preact/signals";
import type { Words } from "../../app/types.ts";
import { en } from "./en.ts";
import { type AllWords, vi } from "./vi.ts";

export type Language = "vi" | "en";
export const language = signal<Language>("vi");
export const words = computed<AllWords>(() => (language.value === "en" ? en : vi));

/** Return the text of a form in the chosen language. */
export function say(text: Words | null): string {
  return text === null ? "" : text[language.value];
}
