import { expect, test } from "vitest";
import { doorEn } from "../../../pwa/src/ui/words/door.en.ts";
import { doorVi } from "../../../pwa/src/ui/words/door.vi.ts";
import { en } from "../../../pwa/src/ui/words/en.ts";
import { inputsEn } from "../../../pwa/src/ui/words/inputs.en.ts";
import { inputsVi } from "../../../pwa/src/ui/words/inputs.vi.ts";
import { mineEn } from "../../../pwa/src/ui/words/mine.en.ts";
import { mineVi } from "../../../pwa/src/ui/words/mine.vi.ts";
import { recordEn } from "../../../pwa/src/ui/words/record.en.ts";
import { recordVi } from "../../../pwa/src/ui/words/record.vi.ts";
import { reviewEn } from "../../../pwa/src/ui/words/review.en.ts";
import { reviewVi } from "../../../pwa/src/ui/words/review.vi.ts";
import { sendEn } from "../../../pwa/src/ui/words/send.en.ts";
import { sendVi } from "../../../pwa/src/ui/words/send.vi.ts";
import { teamEn } from "../../../pwa/src/ui/words/team.en.ts";
import { teamVi } from "../../../pwa/src/ui/words/team.vi.ts";
import { vi } from "../../../pwa/src/ui/words/vi.ts";

const BOTH: [object, object][] = [
  [vi, en],
  [doorVi, doorEn],
  [inputsVi, inputsEn],
  [mineVi, mineEn],
  [recordVi, recordEn],
  [reviewVi, reviewEn],
  [sendVi, sendEn],
];

test("both languages have every key, of the same kind, and none is empty", () => {
  for (const [first, second] of BOTH) sameKeys(first, second);
});

function sameKeys(first: object, second: object): void {
  expect(Object.keys(second).sort()).toEqual(Object.keys(first).sort());
  for (const [key, text] of Object.entries(first)) {
    const other: unknown = Reflect.get(second, key);
    expect(typeof other, key).toBe(typeof text);
    if (typeof text === "string") expect(text.length, key).toBeGreaterThan(0);
    if (typeof other === "string") expect(other.length, key).toBeGreaterThan(0);
    if (Array.isArray(text)) expect(Array.isArray(other) && other.length, key).toBe(text.length);
  }
}

test("words on the main buttons are at most 20 characters", () => {
  for (const word of [
    vi.write,
    vi.save,
    vi.send_now,
    recordVi.add_plot,
    doorVi.join_yes,
    recordVi.edit,
    vi.done,
    doorVi.in_app_open,
  ]) {
    expect(word.length, word).toBeLessThanOrEqual(20);
  }
});

test("the helper's main buttons are as short, and no text of theirs says an error without what to do", () => {
  const { add, write_for, ask_help, make, arrived_yes, to_household, lost_do, invite_new } = teamVi;
  for (const word of [add, write_for, ask_help, make, arrived_yes, to_household, lost_do, invite_new])
    expect(word.length, word).toBeLessThanOrEqual(20);
  for (const text of Object.values(teamVi))
    if (typeof text === "string") expect(text.toLowerCase()).not.toMatch(/\blỗi\b/);
  expect(Object.keys(teamEn).sort()).toEqual(Object.keys(teamVi).sort());
});

test("no text says an error without what to do", () => {
  for (const text of BOTH.flatMap(([first]) => Object.values(first))) {
    if (typeof text === "string") expect(text.toLowerCase()).not.toMatch(/\blỗi\b/);
  }
});

test("a voice note is not called a photo, wherever what waits is counted", () => {
  expect(vi.send_waiting(0, 2, 1)).toBe("1 ảnh, 1 lời ghi âm đang chờ gửi");
  expect(vi.waiting_lines(3, 1, 1)).toBe("3 dòng, 1 lời ghi âm chờ gửi");
  expect([vi.waiting_lines(2, 0, 0), vi.waiting_lines(0, 2, 0)]).toEqual(["2 dòng chờ gửi", "2 ảnh chờ gửi"]);
  expect(vi.state_waiting_photos(2, 2)).toBe("Chờ gửi 2 lời ghi âm");
  expect(vi.sending_photos(0, 1, 1)).toBe("Đang gửi 0/1 lời ghi âm");
  expect(vi.exported(3, 2, 1)).toBe("Đã chép 3 mục, trong đó 1 ảnh, 1 lời ghi âm");
  expect(vi.imported(3, 0, 0)).toBe("Đã nhận 3 mục");
  expect(vi.saved_photos_left(1, 1)).toContain("1 lời ghi âm");
  expect(en.send_waiting(1, 3, 1)).toBe("1 line, 2 photos, 1 voice note waiting to send");
  expect(en.state_waiting_photos(1, 1)).toBe("1 voice note to send");
  expect(en.exported(3, 3, 3)).toBe("Copied 3 items, with 3 voice notes");
});
