/** Our codes, read by a decoder that is not ours (zxing-cpp), each version of them. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { makeQr, qrPath } from "../../../pwa/src/shared/qr.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const OURS = `${ROOT}.venv/bin/python`;
const PYTHON = existsSync(OURS) ? OURS : (process.env.PYTHON ?? "python3");
const LINK = "https://so.example.vn/#i=019a0000-0000-7000-8000-000000000002.AAECAwQFBgcICQoLDA0ODw";

/** What the decoder reads in each code, drawn as its SVG's path says. */
function read(texts: readonly string[]): unknown {
  const codes = texts.map((text) => qrPath(makeQr(text)));
  const input = JSON.stringify(codes);
  const ran = spawnSync(PYTHON, ["-m", "tests.pwa.reading"], { cwd: ROOT, input, encoding: "utf8" });
  expect(ran.stderr).toBe("");
  return JSON.parse(ran.stdout);
}

test("every length up to the longest is read as it was written", () => {
  const texts = [LINK];
  for (let length = 1; length <= 287; length += length < 20 ? 1 : 11)
    texts.push(Array.from({ length }, (_, at) => "abcXYZ019-_.#/:"[(at * 7 + length) % 15]).join(""));
  texts.push("x".repeat(287), "Hộ bà Lụa, thôn Đoài");
  expect(new Set(texts.map((text) => makeQr(text).length)).size).toBe(12);
  expect(read(texts)).toEqual(texts);
});

test("a text that no code of ours holds is refused", () => {
  expect(() => makeQr("x".repeat(288))).toThrow("too long");
});

test("the quiet zone stands around the code", () => {
  const { side, path } = qrPath(makeQr(LINK));
  expect(side).toBe(makeQr(LINK).length + 8);
  const places = [...path.matchAll(/M(\d+) (\d+)h/g)].flatMap(([, x, y]) => [Number(x), Number(y)]);
  expect(Math.min(...places)).toBe(4);
  expect(Math.max(...places)).toBe(side - 5);
});
