/** The words of internal inspections in the chosen language; they come with their screens. */
import { computed } from "@preact/signals";
import { language } from "./index.ts";

const vi = {
  none: "Chưa có lần đánh giá nào.",
  none_how: "Ít nhất 12 tháng một lần, có người kiểm tra từng mục của phụ lục D.",
  who: "Người kiểm tra của hợp tác xã hoặc khuyến nông sẽ ghi ở đây. Nhà mình ghi việc đã khắc phục.",
  begin: "Bắt đầu kiểm tra",
  on: (day: string) => `Kiểm tra ${day}`,
  seen: (n: number, all: number) => `Đã xem ${n}/${all} mục`,
  open: (n: number) => `Còn ${n} việc phải khắc phục`,
  good: "Không còn việc phải khắc phục",
  due: (day: string) => `Xong trước ${day}`,
  late: (day: string) => `Quá hạn ${day}`,
  closed: (day: string) => `Đã xong ${day}`,
  cause: "Vì sao",
  action: "Khắc phục",
  no_action: "Chưa ghi cách khắc phục",
  repair: "Ghi đã khắc phục",
  go_on: "Ghi tiếp, sửa",
  to_do: "Phải khắc phục",
  done: "Đã khắc phục",
  passed: (n: number) => `Đạt ${n} mục`,
};

const en: typeof vi = {
  none: "No inspection yet.",
  none_how: "At least every 12 months somebody checks the items of Annex D one by one.",
  who: "The cooperative’s inspector or the extension officer writes here. The household writes what it put right.",
  begin: "Begin an inspection",
  on: (day) => `Inspected ${day}`,
  seen: (n, all) => `${n} of ${all} items looked at`,
  open: (n) => `${n} still to put right`,
  good: "Nothing left to put right",
  due: (day) => `Due by ${day}`,
  late: (day) => `Overdue since ${day}`,
  closed: (day) => `Done ${day}`,
  cause: "Cause",
  action: "Action",
  no_action: "No action written yet",
  repair: "Write what was put right",
  go_on: "Go on, change",
  to_do: "To put right",
  done: "Put right",
  passed: (n) => `${n} items passed`,
};

export const inspectionWords = computed(() => (language.value === "en" ? en : vi));
