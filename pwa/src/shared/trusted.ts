/**
 * The one Trusted Types policy of the page, `app`: script addresses that the page may start.
 *
 * The server answers with `require-trusted-types-for 'script'; trusted-types app`, so nothing else can turn text
 * into a script. Where the browser has no Trusted Types, the same check runs and the text itself is returned.
 */
const ALLOWED = /^\/(?:sw\.js|assets\/worker-[A-Za-z0-9_.-]+\.js)$/;

interface Policy {
  createScriptURL(url: string): URL | string;
}
interface Factory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy;
}

/** Return the address where it is one of ours. Raises: Error for any other, naming it. */
export function checkScript(url: string): string {
  const path = url.startsWith("/") ? url : new URL(url).pathname;
  if (!ALLOWED.test(path)) throw new Error(`not a script of ours: ${url}`);
  return path;
}

function isFactory(x: unknown): x is Factory {
  return typeof x === "object" && x !== null && "createPolicy" in x;
}

let policy: Policy | null = null;

/** Return an address that `serviceWorker.register` and `new Worker` take; only `/sw.js` and built workers. */
export function scriptUrl(url: string): URL | string {
  if (policy === null) {
    const factory: unknown = Reflect.get(globalThis, "trustedTypes");
    policy = isFactory(factory)
      ? factory.createPolicy("app", { createScriptURL: checkScript })
      : { createScriptURL: checkScript };
  }
  return policy.createScriptURL(url);
}
