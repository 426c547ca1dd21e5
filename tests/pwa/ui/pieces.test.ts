import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadPictograms, partPictograms, usedIcons } from "../../../pwa/build/pictograms.ts";
import { checkScript } from "../../../pwa/src/shared/trusted.ts";
import { isBrokenRelease, isTakeOver } from "../../../pwa/src/sw/messages.ts";
import { addWalked, areaM2, type Point } from "../../../pwa/src/ui/form/boundary.tsx";
import { finish, press } from "../../../pwa/src/ui/pieces/keypad.tsx";

const root = fileURLToPath(new URL("../../../pwa/", import.meta.url));

test("every pictogram that a form or a product names is drawn", () => {
  const { all, missing } = loadPictograms(root);
  expect(missing).toEqual([]);
  for (const name of usedIcons(root)) expect(all[name]?.length, name).toBeGreaterThan(0);
});

test("the first load has the pictograms of forms, products and first screens, the rest has all others", () => {
  const { all } = loadPictograms(root);
  const { first, rest } = partPictograms(root, all);
  for (const name of [...usedIcons(root), "more", "waiting", "sent", "settings"])
    expect(first[name], name).toBeDefined();
  expect({ ...first, ...rest }).toEqual(all);
  expect(Object.keys(first).filter((name) => name in rest)).toEqual([]);
  expect(Object.keys(rest).length).toBeGreaterThan(0);
});

const type = (keys: string, whole = false): string =>
  [...keys].reduce((text, key) => press(text, key === "<" ? "erase" : key, whole), "");

test("the keypad makes decimal text of the protocol", () => {
  expect(finish(type("2.5"))).toBe("2.5");
  expect(finish(type(".5"))).toBe("0.5");
  expect(finish(type("2."))).toBe("2");
  expect(finish(type("2.50"))).toBe("2.5");
  expect(finish(type("0012"))).toBe("12");
  expect(finish(type("1<"))).toBeNull();
});

test("the keypad takes no second comma, no comma in whole numbers, no more than 3 places", () => {
  expect(type("1.2.3")).toBe("1.23");
  expect(type("1.2", true)).toBe("12");
  expect(type("1.2345")).toBe("1.234");
});

test("only the service worker and built workers are scripts that the page may start", () => {
  expect(checkScript("/sw.js")).toBe("/sw.js");
  expect(checkScript("/assets/worker-image-AbC_1.js")).toBe("/assets/worker-image-AbC_1.js");
  for (const url of [
    "/evil.js",
    "https://elsewhere.example/x.js",
    "/assets/../evil.js",
    "/sw.js?x",
    "data:text/javascript,1",
  ]) {
    expect(() => checkScript(url), url).toThrow();
  }
});

test("case 22: a broken release is known by its version, and a strange answer breaks nothing", () => {
  expect(isBrokenRelease({ broken: ["0.1.0"] }, "0.1.0")).toBe(true);
  expect(isBrokenRelease({ broken: "all" }, "0.1.0")).toBe(true);
  for (const answer of [{ broken: ["0.2.0"] }, {}, null, "all", [], { broken: 1 }]) {
    expect(isBrokenRelease(answer, "0.1.0")).toBe(false);
  }
});

test("the worker hands over only when asked by name", () => {
  expect(isTakeOver({ kind: "take-over" })).toBe(true);
  for (const data of [null, "take-over", { kind: "sync" }, {}]) expect(isTakeOver(data)).toBe(false);
});

test("a boundary of 20 by 18 metres holds about one sào", () => {
  const step = (metres: number) => Math.round((metres / ((6_371_009 * Math.PI) / 180)) * 1e7);
  const lat = 207_500_000;
  const lng = 1_066_600_000;
  const east = Math.round(step(20) / Math.cos((20.75 * Math.PI) / 180));
  const corners: Point[] = [
    [lat, lng],
    [lat, lng + east],
    [lat + step(18), lng + east],
    [lat + step(18), lng],
  ];
  expect(Math.abs(areaM2(corners) - 360)).toBeLessThan(3);
});

test("a walked point counts only when it is far enough and well known", () => {
  const start: Point[] = [[207_500_000, 1_066_600_000]];
  expect(addWalked(start, [207_500_050, 1_066_600_000], 5)).toHaveLength(1);
  expect(addWalked(start, [207_501_000, 1_066_600_000], 80)).toHaveLength(1);
  expect(addWalked(start, [207_501_000, 1_066_600_000], 5)).toHaveLength(2);
});
