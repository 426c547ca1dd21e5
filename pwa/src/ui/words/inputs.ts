/** The words of naming an input and of the store of inputs, in the chosen language. */
import { computed } from "@preact/signals";
import { language } from "./index.ts";
import { inputsEn } from "./inputs.en.ts";
import { inputsVi } from "./inputs.vi.ts";

export const inputsWords = computed(() => (language.value === "en" ? inputsEn : inputsVi));
