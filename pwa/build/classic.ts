/**
 * The phone's first load as one classic script.
 *
 * Why: on a cold start without coverage a third of the page's work was the compiling of its scripts. Chromium keeps
 * the compiled form of a script that a service worker put into its cache, but uses it for classic scripts only, never
 * for modules. So what the page imports at once becomes one classic script, which puts the exports of its parts on
 * one object; the files of these parts only hand them on, so that whatever is loaded later, as modules, finds the same
 * ones. Pages without that script (the console shares a part with the phone) get the part itself.
 *
 * Does not keep exports that change after the first load: none of our modules has one (`export let` ends the build).
 */
import { createHash } from "node:crypto";
import { posix } from "node:path";
import { type OutputBundle, type OutputChunk, rolldown } from "rolldown";
import type { Plugin } from "vite";

/** Where the parts stand: file name → exports. */
const HELD = "soNhaNong";
const ENTRY = "\0first";

/** The chunks that an entry imports at once, those first that others need. */
function firstChunks(bundle: OutputBundle, entry: OutputChunk): OutputChunk[] {
  const found = new Set<OutputChunk>();
  const visit = (chunk: OutputChunk) => {
    for (const name of chunk.imports) {
      const next = bundle[name];
      if (next?.type === "chunk" && !found.has(next)) visit(next);
    }
    found.add(chunk);
  };
  visit(entry);
  return [...found];
}

/** One classic script of all these chunks; it leaves their exports on `HELD`. */
async function toClassic(chunks: readonly OutputChunk[]): Promise<string> {
  const codes = new Map(chunks.map((chunk) => [`/${chunk.fileName}`, chunk.code]));
  const imports = chunks.map(
    ({ fileName }, i) => `import * as part${i} from ${JSON.stringify(`/${fileName}`)};`,
  );
  const members = chunks.map(({ fileName }, i) => `${JSON.stringify(fileName)}: part${i}`);
  codes.set(ENTRY, `${imports.join("")}globalThis.${HELD} = { ${members.join(",")} };`);
  const made = await rolldown({
    input: ENTRY,
    treeshake: false,
    transform: { define: { "import.meta.url": "location.href", "import.meta.resolve": "undefined" } },
    plugins: [
      {
        name: "chunks",
        resolveId: (id, importer) => {
          const name = importer && id.startsWith(".") ? posix.join(posix.dirname(importer), id) : id;
          return codes.has(name) ? name : { id, external: true };
        },
        load: (id) => codes.get(id),
      },
    ],
  });
  const { output } = await made.generate({ format: "iife", minify: true, codeSplitting: false });
  await made.close();
  return `"use strict";${output[0].code}`; // as in modules
}

/** A module that hands on what the classic script holds; `real`: what it takes where no such script ran. */
function handOn(chunk: OutputChunk, real: string | null): string {
  const held = `globalThis.${HELD}?.[${JSON.stringify(chunk.fileName)}]`;
  const names = chunk.exports.map((name, i) => [name, `e${i}`] as const);
  const taken = names.map(([name, own]) => `${JSON.stringify(name)}:${own}`).join(",");
  const given = names.map(([name, own]) => `${own} as ${name}`).join(",");
  const from = real === null ? held : `${held}??await import(${JSON.stringify(`./${posix.basename(real)}`)})`;
  return `const{${taken}}=${from};export{${given}};`;
}

/** Make the script that the page of `entry` begins with classic. */
export function classic(entry: string): Plugin {
  return {
    name: "classic",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      async handler(_, bundle) {
        const page = bundle["index.html"];
        const all = Object.values(bundle).filter((one) => one.type === "chunk");
        const start = all.find((one) => one.isEntry && one.name === entry);
        if (start === undefined || page?.type !== "asset") return this.error(`no page of ${entry}`);
        const first = firstChunks(bundle, start);
        for (const id of first.flatMap((chunk) => chunk.moduleIds))
          if (/^export let\b/m.test(this.getModuleInfo(id)?.code ?? ""))
            this.error(`${id} exports what changes`);
        const code = await toClassic(first);
        const hash = createHash("sha256").update(code).digest("base64url").slice(0, 8);
        const fileName = `assets/${entry}-first-${hash}.js`;
        const elsewhere = reached(
          bundle,
          all.filter((one) => one.isEntry && one !== start),
        );
        for (const chunk of first) {
          const isShared = elsewhere.has(chunk);
          const real = chunk.fileName.replace(/\.js$/, "-whole.js");
          if (isShared) this.emitFile({ type: "asset", fileName: real, source: chunk.code });
          chunk.code = handOn(chunk, isShared ? real : null);
        }
        this.emitFile({ type: "asset", fileName, source: code });
        page.source = withScript(String(page.source), fileName);
      },
    },
  };
}

/** Everything that these entries may load. */
function reached(bundle: OutputBundle, entries: readonly OutputChunk[]): Set<OutputChunk> {
  const found = new Set(entries);
  for (const chunk of found) {
    for (const name of [...chunk.imports, ...chunk.dynamicImports]) {
      const next = bundle[name];
      if (next?.type === "chunk") found.add(next);
    }
  }
  return found;
}

/** The page with this script in the place of its modules. */
function withScript(page: string, fileName: string): string {
  const modules = /\s*<(?:script type="module"[^>]*><\/script|link rel="modulepreload"[^>]*)>/g;
  const script = `\n    <script defer src="/${fileName}"></script>`;
  let isSet = false;
  return page.replace(modules, () => {
    if (isSet) return "";
    isSet = true;
    return script;
  });
}
