/** The words of recording and of what was recorded, in the chosen language. */
import { computed } from "@preact/signals";
import { language } from "./index.ts";
import { recordEn } from "./record.en.ts";
import { recordVi } from "./record.vi.ts";

export const recordWords = computed(() => (language.value === "en" ? recordEn : recordVi));
