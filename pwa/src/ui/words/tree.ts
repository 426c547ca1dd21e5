/** The words about the public log, in the chosen language. Not in the first load. */
import { computed } from "@preact/signals";
import { language } from "./index.ts";

const vi = {
  title: "Nhật ký công khai",
  logged: (n: number, all: number) =>
    n >= all ? `Cả ${all} dòng đã vào nhật ký công khai.` : `${n} trên ${all} dòng đã vào nhật ký công khai.`,
  waits: "Dòng mới vào sau chừng mười phút có sóng.",
  fork: "Nhật ký công khai không khớp với lần trước.",
  fork_how:
    "Sổ trên máy vẫn đủ, cứ ghi và gửi như thường. Máy đã báo lên xã. Hãy gọi cho HTX để người ta xem lại.",
};
const en: typeof vi = {
  title: "Public log",
  logged: (n, all) => `${n} of ${all} lines are in the public log.`,
  waits: "New lines follow after about ten minutes of coverage.",
  fork: "The public log does not fit what it was before.",
  fork_how:
    "The book on this phone is whole: go on recording and sending. The commune was told. Please call the cooperative.",
};

export const treeWords = computed(() => (language.value === "en" ? en : vi));
