/** The words of what a person looks after about himself, in the chosen language. */
import { computed } from "@preact/signals";
import { language } from "./index.ts";
import { mineEn } from "./mine.en.ts";
import { mineVi } from "./mine.vi.ts";

export const mine = computed(() => (language.value === "en" ? mineEn : mineVi));
