import { expect, test } from "vitest";
import { refusedShown } from "../../../pwa/src/trace/refused.ts";

test.each([
  ["op farm:019a 12: its text is not what was received", "Lời ghi số 12 đã bị sửa sau khi nhận"],
  ["op org:019a 3: not signed by the device that it names", "Lời ghi số 3 có chữ ký không đúng"],
  ["op org:019a 3: nobody let the device ab12 in", "Lời ghi số 3 do máy chưa ai cho vào"],
  [
    "device op 2 (device:019a): not signed by the device that it names",
    "Giấy vào của máy số 2 có chữ ký không đúng",
  ],
  [
    "scope farm:019a: its links do not lead to the head: an op or a time was altered",
    "Sổ của một hộ đã bị sửa sau khi nhận",
  ],
  [
    "scope org:019a: its head is not in the tree of the checkpoint",
    "Sổ của hợp tác xã không nằm trong nhật ký công khai",
  ],
  ["log_key: not the key that you know of this log", "Điểm chốt của nhật ký công khai là của nhật ký khác"],
  ["published: the op that published the lot is not here", "Tờ công bố không nói về lô này"],
  ["assertion 1: it confirms nothing that is here", "Lần chạm khóa số 1 không nói về lô này"],
  ["bundle: not a text of its form (bad_json)", "Tệp kiểm tra không đúng dạng"],
  ["op farm:019a 12: something new", "Lời ghi số 12 không đúng dạng"],
  ["", "Tệp kiểm tra không đúng dạng"],
])("%s is said in everyday words", (detail, said) => {
  expect(refusedShown(detail, "vi")).toBe(said);
  expect(refusedShown(detail, "en")).not.toBe(said);
});

test("nothing of the core's English stands in Vietnamese words", () => {
  expect(refusedShown("scope farm:019a: no hash", "vi")).not.toMatch(/scope|hash|farm/);
});
