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
