/**
 * What a staff member does on a page: settle a conflict, admit or turn down, confirm or revoke a device.
 *
 * The page carries the heads that it was drawn from; the op names them in `after`, so whatever came meanwhile is
 * never overwritten unseen. After every act the page is drawn again from the log, with one sentence on what came of it.
 */
import { Refusal } from "../core/errors.ts";
import { makeUuid7, splitRef } from "../core/ids.ts";
import { ADMISSION_IDS_MAX } from "../core/limits.ts";
import { isGuarded, needsStepUp, type ScopeKind } from "../core/rights.ts";
import type { Value } from "../core/values.ts";
import { assertOver } from "../net/passkeys.ts";
import { attending } from "./attending.ts";
import { type Bench, benchOf, say, still } from "./bench.ts";
import type { Desk, Statement } from "./desk.ts";
import { erasing } from "./erasing.ts";
import { inspecting } from "./inspecting.ts";
import { labelling } from "./labelling.ts";
import { lotting } from "./lotting.ts";
import { all, objectIn, one } from "./page.ts";
import { type Outcome, record, send, type Touch } from "./recording.ts";
import { showRefused } from "./refused.ts";
import { approveAll, reviewing, saying } from "./reviewing.ts";
import { trading } from "./trading.ts";

const SAID = "so-nha-nong-console said";
const NONE: readonly string[] = [];
const AGAIN_MS = 30_000; // our choice
/** Forms whose buttons sign. */
const SIGNED = "settle admit device-op book-op erase label review approve say inspect lot trade attend".split(
  " ",
);
/** Forms that say themselves what is missing. */
const TELLING = ["label", "review", "say", "lot", "trade"];

/** Wire the forms of a page and send what an earlier one left behind. */
export async function acts(desk: Desk): Promise<void> {
  repeatSaid();
  for (const form of all<HTMLFormElement>(SIGNED.map((name) => `form[data-${name}]`).join())) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const pressed = event.submitter instanceof HTMLElement ? event.submitter : null;
      void act(desk, form, pressed);
    });
  }
  chooseAll();
  for (const form of all<HTMLFormElement>("form[data-settle]")) nameChoice(form);
  one("[data-send]")?.addEventListener("click", () => void flush(desk));
  await showRefused(desk);
  addEventListener("online", () => void flush(desk));
  await flush(desk);
}

async function act(desk: Desk, form: HTMLFormElement, pressed: HTMLElement | null): Promise<void> {
  const bench = await benchOf(desk);
  if (bench === null) return say("no_key");
  if (pressed?.dataset.what === "all") return everything(desk, form, bench, pressed.dataset.level ?? "");
  const statements = statementsOf(desk, form, pressed?.dataset.what ?? "");
  if (statements.length === 0) return say(TELLING.some((name) => name in form.dataset) ? "" : "chosen_none");
  still(form, true);
  say("busy");
  const touch = touchFor(bench.person.origin, statements);
  if (touch !== null) say("touch");
  const signed = await record(desk, bench.shelf, bench.person, statements, touch).catch(() => null);
  if (!Array.isArray(signed)) {
    still(form, false);
    return say(signed === null ? "no_key" : signed instanceof Refusal ? "refused" : "not_touched");
  }
  if (touch !== null) say("busy");
  const outcome = await send(desk, bench.shelf, bench.person);
  // What the rows have to follow is signed first: only then the form itself goes to the server.
  if (outcome === "done" && form.dataset.then !== undefined) return form.submit();
  // One decision of many: the next entry says enough.
  if (outcome === "done" && "review" in form.dataset) return location.assign(form.dataset.next ?? "");
  finish(desk, outcome, form.dataset.next);
}

/** Approve all that waits without findings: pages of it, each signed and sent before the next is asked for. */
async function everything(desk: Desk, form: HTMLFormElement, bench: Bench, level: string): Promise<void> {
  still(form, true);
  let outcome: Outcome = "done";
  await approveAll(desk, form, level, async (statements) => {
    const signed = await record(desk, bench.shelf, bench.person, statements).catch(() => null);
    outcome = Array.isArray(signed) ? await send(desk, bench.shelf, bench.person) : "refused";
    return outcome === "done";
  });
  finish(desk, outcome, form.dataset.next);
}

/** The one touch that these statements need; guests of the demo, who entered without a passkey, need none. */
function touchFor(origin: string, statements: readonly Statement[]): Touch | null {
  if (!("touch" in document.body.dataset)) return null;
  const isNeeded = statements.some((one) => {
    const [[kind], [type]] = [splitRef(one.scope), splitRef(one.doc)];
    const hasPrivate = Object.keys(one.private).length > 0;
    return needsStepUp(kind as ScopeKind, type) || isGuarded(kind as ScopeKind, type, one.set, hasPrivate);
  });
  return isNeeded ? (ids) => assertOver(origin, ids) : null;
}

/** Draw the page anew, or the one that the act leads to, with one sentence on what came of it. */
function finish(desk: Desk, outcome: Outcome, next: string = location.pathname): void {
  if (outcome === "offline" || outcome === "later") {
    setTimeout(() => void flush(desk), AGAIN_MS); // kept; the page can't be drawn anew now
    say(outcome);
    return;
  }
  // Signed out: the page leads to the way in, which says what to do.
  const clashes = Math.max(0, all("form[data-settle]").length - 1);
  sessionStorage.setItem(SAID, JSON.stringify({ outcome, at: next.split("?")[0], clashes }));
  if (next === location.pathname) location.reload();
  else location.assign(next);
}

/** Say what came of the act that drew this page anew. */
function repeatSaid(): void {
  const said = objectIn(sessionStorage.getItem(SAID) ?? undefined);
  sessionStorage.removeItem(SAID);
  if (said.at !== location.pathname || typeof said.outcome !== "string") return;
  const left = all("form[data-settle]").length;
  const isStale = said.outcome === "done" && typeof said.clashes === "number" && left > said.clashes;
  say(isStale ? "stale" : said.outcome);
}

/** Send what waits from an earlier act; the page is drawn anew when something went. */
async function flush(desk: Desk): Promise<void> {
  const bench = await benchOf(desk);
  if (bench === null || (await bench.shelf.unsent(bench.person.device)).length === 0) return;
  say("unsent");
  const outcome = await send(desk, bench.shelf, bench.person);
  finish(desk, outcome);
}

function statementsOf(desk: Desk, form: HTMLFormElement, what: string): Statement[] {
  if ("settle" in form.dataset) return settling(form);
  if ("erase" in form.dataset) return erasing(desk, form);
  if ("inspect" in form.dataset) return inspecting(desk, form);
  if ("label" in form.dataset) return labelling(desk, form);
  if ("lot" in form.dataset) return lotting(desk, form);
  if ("trade" in form.dataset) return trading(desk, form, what);
  if ("attend" in form.dataset) return attending(desk, form);
  if ("review" in form.dataset || "approve" in form.dataset) return reviewing(desk, form, what);
  if ("say" in form.dataset) return saying(desk, form, what);
  if ("admit" in form.dataset) return admitting(desk, form, what);
  if (form.dataset.bookOp !== undefined) return keeping(desk, form, form.dataset.bookOp);
  const device = form.dataset.device ? { device: form.dataset.device } : {};
  const set: Record<string, Value> =
    form.dataset.deviceOp === "confirm"
      ? { confirmed: true, ...device }
      : { revoked: true, ...device, reason: reasonIn(form) };
  return [{ ...targetOf(form), set, private: {} }];
}

function settling(form: HTMLFormElement): Statement[] {
  const side = one<HTMLInputElement>("input[name=side]:checked", form);
  if (side === null) return [];
  return [
    {
      ...targetOf(form),
      set: objectIn(side.dataset.public) as Record<string, Value>, // the server wrote it from ops of the log
      private: objectIn(side.dataset.private) as Record<string, Value>,
    },
  ];
}

/** A book that opens, closes for a cooperative that the form names, or is open again. */
function keeping(desk: Desk, form: HTMLFormElement, what: string): Statement[] {
  const target = targetOf(form);
  const { organisation = "", before = "" } = form.dataset;
  const to = one<HTMLSelectElement>("select[name=htx]", form)?.value ?? "";
  const isNew = target.doc === "";
  const doc = isNew
    ? `book:${makeUuid7(desk.now(), desk.crypto.getRandomValues(new Uint8Array(10)))}`
    : target.doc;
  const kept: Record<string, Value> = isNew ? { organisation, ...(before === "" ? {} : { before }) } : {};
  if (what === "close") Object.assign(kept, { closed: true, moved_to: to });
  if (what === "reopen") Object.assign(kept, { closed: false, moved_to: null });
  return [{ ...target, doc, set: kept, private: {} }];
}

function targetOf(form: HTMLFormElement): Pick<Statement, "scope" | "doc" | "after"> {
  const { scope = "", doc = "", after = "" } = form.dataset;
  return { scope, doc, after: after === "" ? NONE : after.split(" ") };
}

/** One admission a log and hundred: the ids in the order of the page, which is the order in which they came. */
function admitting(desk: Desk, form: HTMLFormElement, what: string): Statement[] {
  const byScope = new Map<string, string[]>();
  for (const box of all<HTMLInputElement>("input[name=op]:checked", form)) {
    const scope = box.dataset.scope ?? "";
    byScope.set(scope, [...(byScope.get(scope) ?? []), box.value]);
  }
  const found: Statement[] = [];
  for (const [scope, ids] of byScope) {
    for (let from = 0; from < ids.length; from += ADMISSION_IDS_MAX) {
      const some = ids.slice(from, from + ADMISSION_IDS_MAX);
      const set = what === "turn_down" ? { turn_down: some, reason: reasonIn(form) } : { admit: some };
      const uuid = makeUuid7(desk.now(), desk.crypto.getRandomValues(new Uint8Array(10)));
      found.push({ scope, doc: `admission:${uuid}`, after: NONE, set, private: {} });
    }
  }
  return found;
}

function reasonIn(form: HTMLFormElement): string {
  return one<HTMLInputElement>("input[name=reason]", form)?.value.trim() ?? "";
}

/** The button names what is chosen, where that is short. */
function nameChoice(form: HTMLFormElement): void {
  const button = one("[data-choose]", form);
  const words = button === null ? null : one("span", button);
  if (button === null || words === null) return;
  const plain = words.textContent ?? "";
  const name = () => {
    const side = one("input[name=side]:checked", form)?.closest("label");
    const said = side ? all(".what", side).map((part) => part.lastChild?.textContent ?? "") : [];
    const text = said.length === 1 ? (said[0] ?? "") : "";
    const isAct = "deletion" in form.dataset;
    words.textContent =
      text === "" || text.length > 24 ? plain : isAct ? text : `${button.dataset.choose ?? ""} ${text}`;
  };
  form.addEventListener("change", name);
  name();
}

function chooseAll(): void {
  const boxes = all<HTMLInputElement>("input[name=op]");
  const whole = one<HTMLInputElement>("input[data-all]");
  whole?.addEventListener("change", () => {
    for (const box of boxes) box.checked = whole.checked;
  });
}
