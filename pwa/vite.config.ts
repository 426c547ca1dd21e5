import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { VitePWA } from "vite-plugin-pwa";
import { defineConfig } from "vitest/config";
import { classic } from "./build/classic.ts";
import { pictograms } from "./build/pictograms.ts";
import { compress, forms, testsResolve } from "./build/plugins.ts";
import { manifest } from "./build/webmanifest.ts";

const root = fileURLToPath(new URL(".", import.meta.url));
// A journey builds the next version beside the one that people use (tests/journeys/building.py).
const out = process.env.PWA_OUT ?? `${root}dist`;
const serverEntries = ["console", "trace"];

const version: unknown =
  process.env.PWA_VERSION ?? JSON.parse(readFileSync(`${root}package.json`, "utf8")).version;
const define = { __APP_VERSION__: JSON.stringify(version) };

/** Entries: the phone has a page of its own; the server finds those of its pages in `.vite/manifest.json`. */
const input: Record<string, string> = { phone: `${root}index.html` };
for (const name of serverEntries) input[name] = `${root}src/${name}/main.ts`;

export default defineConfig(({ mode }) => ({
  root,
  define,
  // The package's own entry leads to its ES5 build; every browser of ours reads the modern one.
  resolve:
    mode === "production" ? { alias: { dexie: `${root}node_modules/dexie/dist/modern/dexie.mjs` } } : {},
  plugins: [
    testsResolve(root),
    forms(`${root}../sync/forms`),
    pictograms(root),
    VitePWA({
      strategies: "injectManifest",
      srcDir: "src/sw",
      filename: "sw.ts",
      injectRegister: null, // src/ui registers it itself: Trusted Types, and a new version waits
      manifest,
      includeManifestIcons: false,
      injectManifest: {
        globPatterns: ["index.html", "assets/*.{js,css}", "icon.svg"],
        globIgnores: [
          "assets/console-*",
          "assets/trace-*",
          "assets/worker-checker-*",
          "assets/*-whole.js",
          "**/*.map",
        ],
        dontCacheBustURLsMatching: /^assets\//,
        maximumFileSizeToCacheInBytes: 400_000,
      },
    }),
    classic("phone"),
    compress(out),
  ],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  server: { fs: { allow: [`${root}..`] } },
  build: {
    target: ["chrome109", "safari16.4"],
    outDir: out,
    emptyOutDir: true,
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input,
      output: {
        // Nine characters, for with eight there are files of the same names that held modules whole (build/classic.ts).
        entryFileNames: "assets/[name]-[hash:9].js",
        chunkFileNames: "assets/[name]-[hash:9].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
  // The Trusted Types policy allows exactly these names beside /sw.js (src/shared/trusted.ts).
  worker: { format: "es", rollupOptions: { output: { entryFileNames: "assets/worker-[name]-[hash].js" } } },
  test: {
    dir: `${root}../tests/pwa`,
    include: ["**/*.test.{ts,tsx}"],
    environment: "node",
    // Left to itself it keeps one core idle, and half of the time the tests wait for their server.
    maxWorkers: 2,
    // Many tests talk to a real server: a slow machine is no failure.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    server: { deps: { inline: [/fake-indexeddb/] } },
  },
}));
