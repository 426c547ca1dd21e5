/** The words of the place "Gửi", in the chosen language. */
import { computed } from "@preact/signals";
import { language } from "./index.ts";
import { sendEn } from "./send.en.ts";
import { sendVi } from "./send.vi.ts";

export const sendWords = computed(() => (language.value === "en" ? sendEn : sendVi));
