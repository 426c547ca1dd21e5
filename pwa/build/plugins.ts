/**
 * Small build plugins of our own.
 *
 * - `virtual:forms` gives the phone every file of `sync/forms/` as one lazy chunk: a new form touches no code.
 * - `compress` writes `.br` and `.gz` beside the assets, so that a plain file server can answer compressed.
 * - `testsResolve` lets files of `tests/pwa/` (outside this folder) import the packages installed here.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { measure } from "./sizes.ts";

const FORMS = "virtual:forms";

/** Return the sorted form files of a folder; `schema.json` describes them and is not one. */
export function formFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json") && name !== "schema.json")
    .sort();
}

/** Serve `virtual:forms`: an object from file name without `.json` to the form, each parsed when it is read. */
export function forms(folder: string): Plugin {
  return {
    name: "forms",
    resolveId: (id) => (id === FORMS ? `\0${FORMS}` : undefined),
    load(id) {
      if (id !== `\0${FORMS}`) return undefined;
      const texts: string[] = [];
      for (const name of formFiles(folder)) {
        const path = join(folder, name);
        this.addWatchFile(path);
        const text = JSON.stringify(JSON.stringify(JSON.parse(readFileSync(path, "utf8"))));
        texts.push(`get ${JSON.stringify(name.slice(0, -".json".length))}() { return JSON.parse(${text}); }`);
      }
      // A text that nobody parses costs a start nearly nothing, an object literal of this size much.
      return `export default { ${texts.join(",\n")} };`;
    },
  };
}

const COMPRESSED = /\.(?:js|css|html|svg|json|webmanifest)$/;

/** Write `.br` and `.gz` files beside what the build wrote, the service worker included. */
export function compress(out: string): Plugin {
  return {
    name: "compress",
    apply: "build",
    enforce: "post",
    closeBundle: {
      order: "post",
      sequential: true,
      handler() {
        // A classic script: the browser would refuse the whole worker (an import on demand brings this in).
        if (readFileSync(join(out, "sw.js"), "utf8").includes("import.meta"))
          this.error("the service worker holds import.meta");
        for (const name of readdirSync(out, { recursive: true, encoding: "utf8" })) {
          if (!COMPRESSED.test(name)) continue;
          const path = join(out, name);
          const bytes = readFileSync(path);
          const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
          writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
          writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
        }
        const { first, all } = measure(out);
        this.info(`brotli: first load ${first} bytes, all that is kept offline ${all} bytes`);
      },
    },
  };
}

/** Resolve bare imports of files outside `root` as if they stood in it. */
export function testsResolve(root: string): Plugin {
  const tests = resolve(root, "../tests");
  return {
    name: "tests-resolve",
    enforce: "pre",
    async resolveId(source, importer) {
      if (!importer?.startsWith(tests) || !/^[@a-z]/.test(source)) return undefined;
      if (source.startsWith("node:") || source.startsWith("virtual:")) return undefined;
      return this.resolve(source, join(root, "index.html"), { skipSelf: true });
    },
  };
}
