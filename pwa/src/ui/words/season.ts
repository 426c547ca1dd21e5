/** The words of how whole a season's book is and of what is due, in the chosen language; they come with their screens. */
import { computed } from "@preact/signals";
import { language } from "./index.ts";

const vi = {
  lacking: "Còn thiếu trong sổ",
  whole: "Sổ vụ này đã đủ các phần tiêu chuẩn yêu cầu",
  there: (n: number) => `Đã có ${n} phần`,
  more: (n: number) => `Xem ${n} phần nữa`,
  gap: (begin: string, end: string, n: number) => `Từ ${begin} đến ${end} không ghi gì: ${n} ngày.`,
  gap_how: "Hôm nào có làm thì ghi bù, chọn đúng ngày làm.",
  fill: "Ghi bù",
  due_never: "Chưa có lần đánh giá nội bộ nào. Hẹn hợp tác xã đến kiểm tra.",
  due_late: (day: string) => `Đánh giá nội bộ quá hạn từ ${day}. Hẹn hợp tác xã đến kiểm tra.`,
  due_soon: (day: string) => `Đánh giá nội bộ trước ${day}. Hẹn hợp tác xã đến kiểm tra.`,
};

const en: typeof vi = {
  lacking: "Missing in the book",
  whole: "This season’s book has what the standard asks",
  there: (n) => `${n} parts are there`,
  more: (n) => `${n} more`,
  gap: (begin, end, n) => `Nothing written from ${begin} to ${end}: ${n} days.`,
  gap_how: "Where something was done, record it now, on the day it was done.",
  fill: "Record it now",
  due_never: "No internal inspection yet. Ask the cooperative to come.",
  due_late: (day) => `Internal inspection overdue since ${day}. Ask the cooperative to come.`,
  due_soon: (day) => `Internal inspection by ${day}. Ask the cooperative to come.`,
};

export const seasonWords = computed(() => (language.value === "en" ? en : vi));
