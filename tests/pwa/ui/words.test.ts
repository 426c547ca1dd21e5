import { expect, test } from "vitest";
import { en } from "../../../pwa/src/ui/words/en.ts";
import { vi } from "../../../pwa/src/ui/words/vi.ts";

test("both languages have every key, of the same kind, and none is empty", () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(vi).sort());
  for (const [key, text] of Object.entries(vi)) {
    const other: unknown = Reflect.get(en, key);
    expect(typeof other, key).toBe(typeof text);
    if (typeof text === "string") expect(text.length, key).toBeGreaterThan(0);
    if (typeof other === "string") expect(other.length, key).toBeGreaterThan(0);
    if (Array.isArray(text)) expect(Array.isArray(other) && other.length, key).toBe(text.length);
  }
});

test("words on the main buttons are at most 20 characters", () => {
  for (const word of [
    vi.write,
    vi.save,
    vi.send_now,
    vi.add_plot,
    vi.join_yes,
    vi.edit,
    vi.done,
    vi.in_app_open,
  ]) {
    expect(word.length, word).toBeLessThanOrEqual(20);
  }
});

test("no text says an error without what to do", () => {
  for (const text of Object.values(vi)) {
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
