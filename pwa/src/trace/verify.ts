/** Checking a lot's bundle on its page: fetched when somebody asks, trusts nothing that the database says. */
import checkerUrl from "./checker.ts?worker&url";
import { refusedShown } from "./refused.ts";
import { words } from "./words.ts";

/** What a bundle comes to: `bad` names what does not hold, null where all of it does. */
export type Checked = { readonly bad: string } | ({ readonly bad: null } & Good);
interface Good {
  readonly times: readonly number[];
  readonly devices: number;
  readonly size: number;
  readonly isConfirmed: boolean;
  readonly cosigned: readonly (readonly [name: string, seconds: number])[];
  readonly missing: number;
  readonly facts: unknown;
}

/** Check the bundle of a code and tell it in a place. */
export async function verify(code: string, told: HTMLElement): Promise<void> {
  const answer = await fetch(`/t/${code}/bundle.json`, { cache: "no-cache" });
  if (answer.status === 404) return tell(told, "wait", words().waits, []);
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const proven = await check(await answer.text());
  if (proven.bad !== null)
    return tell(told, "halt", words().bad, [words().bad_at(shown(proven.bad)), words().bad_how]);
  const page = await fetch(`/t/${code}`, { headers: { Accept: "application/json" }, cache: "no-cache" });
  const facts: unknown = page.ok ? Reflect.get(Object(await page.json()), "facts") : null;
  if (!isAlike(facts, proven.facts))
    return tell(told, "halt", words().bad, [words().other_facts, words().bad_how]);
  tell(told, "done", words().good, lines(proven));
}

const shown = (bad: string) => refusedShown(bad, document.documentElement.lang === "en" ? "en" : "vi");

interface Factory {
  createPolicy(name: string, rules: { createScriptURL(): string }): { createScriptURL(url: string): URL };
}

/** The one script that this page may start; where the browser has no Trusted Types, its text. Not shared with the
 * phone's policy (`shared/trusted.ts`): a common part would be one more file in the phone's first load. */
const factory = Reflect.get(globalThis, "trustedTypes") as Factory | undefined;
const checkerAddress =
  factory?.createPolicy("app", { createScriptURL: () => checkerUrl }).createScriptURL("") ?? checkerUrl;

function check(text: string): Promise<Checked> {
  return new Promise((done, failed) => {
    const worker = new Worker(checkerAddress as string, { type: "module" });
    worker.addEventListener("message", (event: MessageEvent<Checked>) => {
      worker.terminate();
      done(event.data);
    });
    worker.addEventListener("error", () => failed(new Error("the checker did not start")));
    worker.postMessage(text);
  });
}

/** Whether two JSON values say the same; members may stand in any order. */
export function isAlike(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null)
    return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [names, others] = [Object.keys(one), Object.keys(other)];
  return (
    names.length === others.length &&
    names.every((name) => others.includes(name) && isAlike(Reflect.get(one, name), Reflect.get(other, name)))
  );
}

function lines(proven: Good): string[] {
  const w = words();
  const { times } = proven;
  return [
    w.ops(times.length, moment(Math.min(...times)), moment(Math.max(...times))),
    w.devices(proven.devices),
    w.log(proven.size),
    ...(proven.isConfirmed ? [w.touched] : []),
    ...proven.cosigned.map(([name, seconds]) => w.witness(name, moment(seconds * 1000))),
    ...(proven.cosigned.length === 0 ? [w.no_witness] : []),
    ...(proven.missing > 0 ? [w.missing(proven.missing)] : []),
    w.limits,
  ];
}

function moment(ms: number): string {
  const shown = { dateStyle: "short", timeStyle: "short", timeZone: "Asia/Ho_Chi_Minh" } as const;
  return new Intl.DateTimeFormat(document.documentElement.lang, shown).format(ms);
}

function tell(told: HTMLElement, tone: string, title: string, said: readonly string[]): void {
  const box = document.createElement("section");
  box.className = `card ${tone}`;
  const head = document.createElement("h3");
  head.textContent = title;
  const list = document.createElement("ul");
  for (const line of said) {
    const item = document.createElement("li");
    item.textContent = line;
    list.append(item);
  }
  box.append(head, list);
  told.replaceChildren(box);
}
