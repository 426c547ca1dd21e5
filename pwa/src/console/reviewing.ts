/**
 * The reviewers' inbox: what a decision signs, everything without findings at once, and the keys of the page.
 *
 * A review names the heads that the page was drawn from. Source: PROTOCOL §28.
 */
import { makeUuid7 } from "../core/ids.ts";
import type { Members } from "../core/values.ts";
import type { Desk, Statement } from "./desk.ts";
import { all, one } from "./page.ts";

/** What one line of the inbox may sign. */
export interface Sign {
  scope: string;
  of: string;
  heads: readonly string[];
  needs: number;
  overrides: readonly string[];
}

interface Page {
  signs: readonly Sign[];
  next: string | null;
}

const words = (text: string | undefined): string[] =>
  text === undefined || text === "" ? [] : text.split(" ");

export function signOf(element: HTMLElement): Sign {
  const { scope = "", of = "", heads, needs, overrides } = element.dataset;
  return { scope, of, heads: words(heads), needs: Number(needs ?? "1"), overrides: words(overrides) };
}

const freshId = (desk: Desk): string =>
  makeUuid7(desk.now(), desk.crypto.getRandomValues(new Uint8Array(10)));

function review(desk: Desk, sign: Sign, set: Members, comment: string): Statement {
  return {
    scope: sign.scope,
    doc: `review:${freshId(desk)}`,
    after: [],
    set: { of: sign.of, ...set, heads: [...sign.heads] },
    private: comment === "" ? {} : { comment },
  };
}

/** An approval of what the page showed; the findings that stood there are named. */
export function approval(desk: Desk, sign: Sign): Statement {
  const needs = sign.needs > 1 ? { needs: sign.needs } : {};
  const overrides = sign.overrides.length > 0 ? { overrides: [...sign.overrides] } : {};
  return review(desk, sign, { decision: "approved", ...needs, ...overrides }, "");
}

/** A question back; null where nothing is asked. */
export function question(desk: Desk, form: HTMLFormElement): Statement | null {
  const chosen = all<HTMLInputElement>("input[name=ask]:checked", form);
  const free = one<HTMLInputElement>("input[name=comment]", form)?.value.trim() ?? "";
  const comment = [...chosen.map((box) => box.dataset.text ?? ""), free].filter(Boolean).join(" ");
  if (comment === "") return null;
  const field = chosen.map((box) => box.dataset.field ?? "").find(Boolean) ?? "";
  const asks = chosen.length > 0 ? { asks: chosen.map((box) => box.value) } : {};
  const set = { decision: "asked", ...asks, ...(field === "" ? {} : { field }) };
  return review(desk, signOf(form), set, comment);
}

/** A message to the household beside any decision, or (`seen`) that its own was read; nothing where none is typed. */
export function saying(desk: Desk, form: HTMLFormElement, what: string): Statement[] {
  const { scope = "", of = "" } = form.dataset;
  const box = one<HTMLTextAreaElement>("textarea[name=text]", form);
  const text = box?.value.normalize("NFC").trim() ?? "";
  const isSeen = what === "seen";
  if (!isSeen && text === "") box?.focus();
  if (!isSeen && text === "") return [];
  const said = { set: isSeen ? { of, seen: true } : { of }, private: isSeen ? {} : { text } };
  return [{ scope, doc: `comment:${freshId(desk)}`, after: [], ...said }];
}

/** What a form of the inbox signs; an empty list where nothing is chosen. */
export function reviewing(desk: Desk, form: HTMLFormElement, what: string): Statement[] {
  if (what === "approved") return [approval(desk, signOf(form))];
  if (what === "asked") {
    const asked = question(desk, form);
    const missing = one("[data-needs-words]", form);
    if (missing !== null) missing.hidden = asked !== null;
    if (asked === null) one("input[name=comment]", form)?.focus();
    return asked === null ? [] : [asked];
  }
  const boxes = all<HTMLInputElement>("input[name=line]:checked:not(:disabled)", form);
  return boxes.map((box) => approval(desk, signOf(box)));
}

function isPage(data: unknown): data is Page {
  return typeof data === "object" && data !== null && Array.isArray(Reflect.get(data, "signs"));
}

/**
 * Sign page after page until nothing new comes: what was signed leaves the page that is asked for next. `told` hears
 * how many so far; a page that `sign` could not send ends it, and so does one that holds nothing but what was signed.
 */
export async function signPages(
  ask: () => Promise<readonly Sign[]>,
  sign: (signs: readonly Sign[]) => Promise<boolean>,
  told: (count: number) => void,
): Promise<void> {
  const signed = new Set<string>();
  for (;;) {
    const keyOf = (one: Sign): string => `${one.scope} ${one.of} ${one.heads.join()}`;
    const fresh = (await ask()).filter((one) => !signed.has(keyOf(one)));
    if (fresh.length === 0 || !(await sign(fresh))) return;
    for (const one of fresh) signed.add(keyOf(one));
    told(signed.size);
  }
}

/** Approve everything in which nothing was noticed, or (`level` note) notes alone. */
export async function approveAll(
  desk: Desk,
  form: HTMLFormElement,
  level: string,
  sign: (statements: readonly Statement[]) => Promise<boolean>,
): Promise<void> {
  const source = new URL(form.dataset.source ?? "", location.href);
  source.searchParams.set("severity", level);
  const running = one("[data-running]", form);
  if (running !== null) running.hidden = false;
  await signPages(
    async () => {
      const answer = await desk.fetch(source.href, { headers: { Accept: "application/json" } });
      const data: unknown = answer.ok ? await answer.json() : null;
      return isPage(data) ? data.signs : [];
    },
    (signs) => sign(signs.map((each) => approval(desk, { ...each, overrides: [] }))),
    (count) => {
      const told = one("[data-done]", form);
      if (told !== null) told.textContent = String(count);
    },
  );
}

/** Keys of the page, as its buttons name them; none while somebody types. */
export function keys(): void {
  const decide = one<HTMLFormElement>("form[data-review]");
  const to = (address: string | undefined) => {
    if (address !== undefined && address !== "") location.assign(address);
  };
  const press = (selector: string) => one<HTMLElement>(selector)?.click();
  const pick = () => one<HTMLInputElement>(".line.now input[name=line]")?.click();
  const known: Readonly<Record<string, () => void>> = {
    j: () => to(decide?.dataset.next),
    s: () => to(decide?.dataset.next),
    k: () => to(decide?.dataset.previous),
    d: () => press("form[data-review] [data-what=approved]"),
    h: () => press("form[data-review] [data-what=asked]"),
    a: () => press("form[data-approve] [data-key=a]"),
    b: () => press("form[data-approve] [data-key=b]"),
    x: pick,
  };
  addEventListener("keydown", (event) => {
    const at = event.target;
    const isLine = at instanceof HTMLInputElement && at.type !== "checkbox" && at.type !== "radio";
    const types = isLine || at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement;
    if (types || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const act = known[event.key.toLowerCase()];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
  one(".line.now")?.scrollIntoView({ block: "nearest" });
  countChosen();
}

function countChosen(): void {
  const boxes = all<HTMLInputElement>("input[name=line]");
  const bar = one("[data-chosen]");
  const count = one("[data-count]");
  const show = () => {
    const n = boxes.filter((box) => box.checked).length;
    if (bar !== null) bar.hidden = n === 0;
    if (count !== null) count.textContent = n === 0 ? "" : `(${n})`;
  };
  for (const box of boxes) box.addEventListener("change", show);
  show();
}
