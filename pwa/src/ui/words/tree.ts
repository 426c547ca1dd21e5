/** The words about the public log, in the chosen language. Not in the first load. */
import { computed } from "@preact/signals";
import { language } from "./index.ts";

const vi = {
  title: "Nhật ký công khai",
  logged: (n: number, all: number) =>
    n >= all ? `Cả ${all} dòng đã vào nhật ký công khai.` : `${n} trên ${all} dòng đã vào nhật ký công khai.`,
  waits: "Dòng mới vào sau chừng mười phút có sóng.",
  fork: "Nhật ký công khai không khớp lần trước.",
  fork_how: "Sổ vẫn đủ, cứ ghi và gửi. Nhớ gọi báo HTX.",
};
const en: typeof vi = {
  title: "Public log",
  logged: (n, all) => `${n} of ${all} lines are in the public log.`,
  waits: "New lines follow after about ten minutes of coverage.",
  fork: "The public log does not fit what it was before.",
  fork_how: "Your book is whole: go on recording and sending. Please call the cooperative.",
};

export const treeWords = computed(() => (language.value === "en" ? en : vi));
