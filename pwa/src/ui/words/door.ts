/** The words of the door in the chosen language. */
import { computed } from "@preact/signals";
import { doorEn } from "./door.en.ts";
import { doorVi } from "./door.vi.ts";
import { language } from "./index.ts";

export const door = computed(() => (language.value === "en" ? doorEn : doorVi));
