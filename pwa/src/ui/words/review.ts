/** The words of what the rules notice and the cooperative says, in the chosen language. */
import { computed } from "@preact/signals";
import { language } from "./index.ts";
import { reviewEn } from "./review.en.ts";
import { reviewVi } from "./review.vi.ts";

export const reviewWords = computed(() => (language.value === "en" ? reviewEn : reviewVi));
