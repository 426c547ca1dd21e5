/** The words of what stands beside the diary, in the chosen language; they come with its tiles. */
import { computed } from "@preact/signals";
import { language } from "./index.ts";

const tilesVi = {};

const vi = {
  around: "Việc khác",
  waiting: (n: number) => `${n} mới`,
  ...tilesVi,
};

const tilesEn: typeof tilesVi = {};

const en: typeof vi = {
  around: "More",
  waiting: (n) => `${n} new`,
  ...tilesEn,
};

/** Name of a tile's word. */
export type AroundWord = keyof typeof tilesVi;
export const aroundWords = computed(() => (language.value === "en" ? en : vi));
