/** The words of the chosen language, as a signal: a screen that reads `words.value` follows the switch. */
import { computed, effect, signal } from "@preact/signals";
import type { Words } from "../../app/types.ts";
import { type AllWords, vi } from "./vi.ts";

export type Language = "vi" | "en";
export const language = signal<Language>("vi");
/** Fetched when somebody chooses it: most phones never need the second language. */
const english = signal<AllWords | null>(null);
effect(() => {
  if (language.value !== "en" || english.peek() !== null) return;
  void import("./en.ts").then((part) => {
    english.value = part.en;
  });
});
export const words = computed<AllWords>(() => (language.value === "en" ? (english.value ?? vi) : vi));

/** Return the text of a form in the chosen language. */
export function say(text: Words | null): string {
  return text === null ? "" : text[language.value];
}
