/**
 * What a phone fetches, brotli: the first load (page, its script and style, and what they import at once) and
 * everything the service worker keeps. Printed by every build; `tests/pwa/app/sizes.test.ts` reads the same.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

export interface Sizes {
  first: number;
  all: number;
  files: { name: string; bytes: number; first: boolean }[];
}

/** Files that the page asks for before anybody taps: its scripts and styles. */
function firstFiles(folder: string): Set<string> {
  const page = readFileSync(join(folder, "index.html"), "utf8");
  const named = page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g);
  return new Set(["index.html", ...[...named].map((found) => found[1] ?? "")]);
}

/** Names in the list that the service worker precaches. */
function precached(folder: string): string[] {
  const text = readFileSync(join(folder, "sw.js"), "utf8");
  return [
    ...new Set([...text.matchAll(/url:\s*"([^"]+)"|"url":\s*"([^"]+)"/g)].map((m) => m[1] ?? m[2] ?? "")),
  ];
}

/** Measure a built folder. */
export function measure(folder: string): Sizes {
  const first = firstFiles(folder);
  const names = [...new Set([...first, ...precached(folder), "sw.js"])].filter((n) =>
    existsSync(join(folder, n)),
  );
  const files = names.map((name) => {
    const bytes = brotliCompressSync(readFileSync(join(folder, name))).length;
    return { name, bytes, first: first.has(name) };
  });
  const sum = (some: readonly { bytes: number }[]) => some.reduce((total, one) => total + one.bytes, 0);
  return { first: sum(files.filter((one) => one.first)), all: sum(files), files };
}
