/** The words of the helper's screens in the chosen language; they come with those screens. */
import { computed, effect, signal } from "@preact/signals";
import { language } from "./index.ts";
import { type TeamWords, teamVi } from "./team.vi.ts";

const english = signal<TeamWords | null>(null);
effect(() => {
  if (language.value !== "en" || english.peek() !== null) return;
  void import("./team.en.ts").then((part) => {
    english.value = part.teamEn;
  });
});
export const teamWords = computed<TeamWords>(() =>
  language.value === "en" ? (english.value ?? teamVi) : teamVi,
);
