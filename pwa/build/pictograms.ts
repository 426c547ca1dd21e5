/**
 * The pictograms as two modules and one sprite.
 *
 * `virtual:pictograms` gives name → list of path data (24-grid, stroke 2) of what the first screens show,
 * `virtual:pictograms/rest` all others: the first load is short. Names come from
 * `src/shared/pictograms.json`: text names a Tabler outline icon, a list is our own drawing. A name used by a form
 * that is not in the file is taken from Tabler by that name. `dist/pictograms.svg` holds the same for server pages
 * (`<use href="/pictograms.svg#i-spray">`).
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";
import { formFiles } from "./plugins.ts";

const MODULE = "virtual:pictograms";
const REST = `${MODULE}/rest`;
/** Sources whose words name the pictograms of the first load; one that is missed comes with the rest. */
const FIRST = [
  "app/home.ts",
  "ui/pieces/basic.tsx",
  "ui/pieces/overlay.tsx",
  "ui/root.tsx",
  "ui/screens/diary.tsx",
  "ui/screens/home.tsx",
  "ui/screens/install.ts",
  "ui/screens/rows.tsx",
  "ui/show.ts",
];

export type Pictograms = Record<string, string[]>;

/** Return the paths of a Tabler outline icon, or null where there is none. */
function tablerPaths(root: string, name: string): string[] | null {
  const path = join(root, "node_modules/@tabler/icons/icons/outline", `${name}.svg`);
  if (!existsSync(path)) return null;
  return [...readFileSync(path, "utf8").matchAll(/ d="([^"]+)"/g)]
    .map((m) => m[1] ?? "")
    .filter((d) => d !== "M0 0h24v24H0z");
}

/** Names of pictograms that the form files and the product list use. */
export function usedIcons(root: string): string[] {
  const names = new Set<string>();
  const folder = join(root, "../sync/forms");
  for (const file of formFiles(folder)) {
    const form: unknown = JSON.parse(readFileSync(join(folder, file), "utf8"));
    if (typeof form === "object" && form !== null && "icon" in form) names.add(String(form.icon));
  }
  const products = join(root, "../server/data/products.json");
  if (existsSync(products)) {
    for (const match of readFileSync(products, "utf8").matchAll(/"icon"\s*:\s*"([a-z0-9-]+)"/g)) {
      names.add(match[1] ?? "");
    }
  }
  return [...names].sort();
}

/** Return every pictogram, by name; `missing` lists used names that nothing draws. */
export function loadPictograms(root: string): { all: Pictograms; missing: string[] } {
  const own = JSON.parse(readFileSync(join(root, "src/shared/pictograms.json"), "utf8")) as Record<
    string,
    string | string[]
  >;
  const all: Pictograms = {};
  const missing: string[] = [];
  for (const name of new Set([...Object.keys(own), ...usedIcons(root)])) {
    const drawn = own[name];
    const paths = Array.isArray(drawn) ? drawn : tablerPaths(root, drawn ?? name);
    if (paths === null) missing.push(name);
    else all[name] = paths;
  }
  return { all, missing };
}

/** Return the pictograms parted in two: those of the first screens, of forms and of products, and the rest. */
export function partPictograms(root: string, all: Pictograms): { first: Pictograms; rest: Pictograms } {
  const text = FIRST.map((file) => readFileSync(join(root, "src", file), "utf8")).join("\n");
  const early = new Set([...usedIcons(root), "more"]);
  for (const [, name = ""] of text.matchAll(/"([a-z0-9-]+)"/g)) early.add(name);
  const [first, rest]: [Pictograms, Pictograms] = [{}, {}];
  for (const [name, paths] of Object.entries(all)) (early.has(name) ? first : rest)[name] = paths;
  return { first, rest };
}

function sprite(all: Pictograms): string {
  const symbols = Object.entries(all).map(([name, paths]) => {
    const drawn = paths.map((d) => `<path d="${d}"/>`).join("");
    return `<symbol id="i-${name}" viewBox="0 0 24 24">${drawn}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

export function pictograms(root: string): Plugin {
  return {
    name: "pictograms",
    resolveId: (id) => (id === MODULE || id === REST ? `\0${id}` : undefined),
    load(id) {
      if (id !== `\0${MODULE}` && id !== `\0${REST}`) return undefined;
      const { all, missing } = loadPictograms(root);
      for (const name of missing) this.warn(`no pictogram "${name}"`);
      const { first, rest } = partPictograms(root, all);
      const part = id === `\0${REST}` ? rest : first;
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(part))});`;
    },
    generateBundle() {
      if (this.environment?.name !== undefined && this.environment.name !== "client") return;
      this.emitFile({ type: "asset", fileName: "pictograms.svg", source: sprite(loadPictograms(root).all) });
    },
  };
}
