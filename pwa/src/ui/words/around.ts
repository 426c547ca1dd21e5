/** The words of what stands beside the diary, in the chosen language; they come with its tiles. */
import { computed } from "@preact/signals";
import { language } from "./index.ts";

const tilesVi = {
  news: "Bản tin, giá chợ",
  ask: "Hỏi cán bộ",
  propose: "Hiến kế",
  attendance: "Điểm danh tập huấn",
  attendee_code: "Mã điểm danh",
  till: "Mua bán",
  sold: "Hàng đã bán",
  sensors: "Máy đo",
  lessons: "Bài học ngắn",
};

const vi = {
  around: "Việc khác",
  waiting: (n: number) => `${n} mới`,
  wrong: (n: number) => `${n} cần xem`,
  ...tilesVi,
};

const tilesEn: typeof tilesVi = {
  news: "Bulletins, prices",
  ask: "Ask for advice",
  propose: "Propose",
  attendance: "Training attendance",
  attendee_code: "Attendance code",
  till: "Buy, sell",
  sold: "What we sold",
  sensors: "Sensors",
  lessons: "Short lessons",
};

const en: typeof vi = {
  around: "More",
  waiting: (n) => `${n} new`,
  wrong: (n) => `${n} to look at`,
  ...tilesEn,
};

/** Name of a tile's word. */
export type AroundWord = keyof typeof tilesVi;
export const aroundWords = computed(() => (language.value === "en" ? en : vi));
