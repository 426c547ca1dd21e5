/**
 * The pages about the own ways in: making a passkey (the first, a second), ending one, printing recovery codes.
 *
 * A passkey counts when its op is in the log; the op is signed by this browser's key, and one that is not the first
 * is confirmed by a touch of one that was there before.
 */
import { Refusal } from "../core/errors.ts";
import { makeUuid7 } from "../core/ids.ts";
import { SECRET_BYTES } from "../core/limits.ts";
import { recoveryOf, secretToCode } from "../core/recovery.ts";
import type { Value } from "../core/values.ts";
import {
  assertOver,
  hasScreenLock,
  isProblem,
  type PasskeyProblem,
  register,
  supported,
} from "../net/passkeys.ts";
import { type Desk, type Person, Shelf, type Statement } from "./desk.ts";
import { labelOf } from "./joining.ts";
import { all, one, showOnly } from "./page.ts";
import { type Outcome, record, send } from "./recording.ts";
import { askOf, openSession } from "./session.ts";

const CODES = 10;
const CODE_YEARS = 3;
const YEAR_MS = 365 * 86_400_000;

type Said = PasskeyProblem | "busy" | "second" | "last" | "held" | "no_key" | "";

interface Bench {
  readonly desk: Desk;
  readonly shelf: Shelf;
  readonly person: Person;
  readonly root: HTMLElement;
}

/** Run the page that asks for a first passkey. */
export async function firstPasskey(desk: Desk): Promise<void> {
  const root = one("[data-passkey]");
  if (root === null) return;
  if (!supported()) say(root, "unsupported");
  else if (!(await hasScreenLock())) one("[data-lockless]", root)?.removeAttribute("hidden");
  one("[data-make]", root)?.addEventListener("click", () => void run(desk, root, makeFirst));
}

/** Run the page of the own account. */
export function account(desk: Desk): void {
  const root = one("[data-passkey]");
  if (root === null) return;
  one("[data-make]", root)?.addEventListener("click", () => void run(desk, root, makeSecond));
  one("[data-make-codes]", root)?.addEventListener("click", () => void run(desk, root, makeCodes));
  one("[data-print]", root)?.addEventListener("click", () => print());
  for (const form of all<HTMLFormElement>("form[data-end-passkey]", root)) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void run(desk, root, (bench) => end(bench, form));
    });
  }
}

function say(root: HTMLElement, name: Said): void {
  showOnly("data-passkey-say", name, root);
}

async function run(desk: Desk, root: HTMLElement, work: (bench: Bench) => Promise<Said>): Promise<void> {
  const buttons = all<HTMLButtonElement>("button", root);
  const shelf = await Shelf.open(desk.indexedDB).catch(() => null);
  const person = await shelf?.person(root.dataset.signer ?? "");
  if (!shelf || !person) return say(root, "no_key");
  for (const button of buttons) button.disabled = true;
  say(root, "busy");
  say(root, await work({ desk, shelf, person, root }));
  for (const button of buttons) button.disabled = false;
}

async function makeFirst(bench: Bench): Promise<Said> {
  const made = await newPasskey(bench);
  if (typeof made === "string") return made;
  const said = await sign(bench, [made.statement], null);
  if (said === "") one<HTMLFormElement>("form[data-go-on]")?.submit();
  return said === "" ? "busy" : said;
}

/** Make a further passkey; one that was there before has to confirm it, by a press of its own. */
async function makeSecond(bench: Bench): Promise<Said> {
  const made = await newPasskey(bench);
  if (typeof made === "string") return made;
  if (made.known.length === 0) return drawAnew(await sign(bench, [made.statement], null));
  const button = one<HTMLButtonElement>("[data-confirm-new]", bench.root);
  one("[data-make]", bench.root)?.setAttribute("hidden", "");
  button?.removeAttribute("hidden");
  button?.addEventListener(
    "click",
    () => void run(bench.desk, bench.root, (again) => confirmed(again, made)),
  );
  return "second";
}

async function confirmed(bench: Bench, made: Made): Promise<Said> {
  return drawAnew(await sign(bench, [made.statement], made.known));
}

async function end(bench: Bench, form: HTMLFormElement): Promise<Said> {
  if ("last" in form.dataset) return "last";
  const { scope = "", doc = "", after = "" } = form.dataset;
  const said = await sign(
    bench,
    [{ scope, doc, after: after.split(" "), set: { ended: true }, private: {} }],
    null,
  );
  return drawAnew(said);
}

/** Ten invitations for oneself, confirmed by one touch; the codes are on the page and nowhere else. */
async function makeCodes(bench: Bench): Promise<Said> {
  const { membership = "", scope = "" } = bench.root.dataset;
  const secrets = Array.from({ length: CODES }, () =>
    bench.desk.crypto.getRandomValues(new Uint8Array(SECRET_BYTES)),
  );
  const statements = secrets.map((secret) => {
    const { id, secretHash } = recoveryOf(secret);
    const set: Record<string, Value> = {
      membership,
      kind: "browser",
      confirm: false,
      secret_hash: secretHash,
      expires_at: bench.desk.now() + CODE_YEARS * YEAR_MS,
    };
    return { scope, doc: `device:${id}`, after: [], set, private: {} };
  });
  const said = await sign(bench, statements, []);
  if (said === "") showCodes(bench.root, secrets.map(secretToCode));
  return said;
}

function showCodes(root: HTMLElement, codes: readonly string[]): void {
  const list = one("[data-list]", root);
  list?.replaceChildren(
    ...codes.map((code) => {
      const line = document.createElement("li");
      line.textContent = code;
      return line;
    }),
  );
  one("[data-sheet]", root)?.removeAttribute("hidden");
  one("[data-make-codes]", root)?.setAttribute("hidden", "");
}

interface Made {
  readonly statement: Statement;
  readonly known: readonly string[];
}

async function newPasskey({ desk, shelf, person }: Bench): Promise<Made | Said> {
  const token = await openSession(desk, shelf, person);
  if (typeof token !== "string") return token.kind === "offline" ? "offline" : "server";
  const made = await register(askOf(desk), token);
  if (isProblem(made)) return made;
  const uuid = makeUuid7(desk.now(), desk.crypto.getRandomValues(new Uint8Array(10)));
  const set = { ...made.set, label: labelOf(navigator.userAgent) };
  const statement = { scope: made.scope, doc: `passkey:${uuid}`, after: [], set, private: {} };
  return { statement, known: made.known };
}

/** Sign and send; nothing to say where all of it was taken. `by`: the passkeys that may confirm it, [] for any. */
async function sign(
  bench: Bench,
  statements: readonly Statement[],
  by: readonly string[] | null,
): Promise<Said> {
  const { desk, shelf, person } = bench;
  const touch = by === null ? null : (ids: readonly string[]) => assertOver(person.origin, ids, by);
  const signed = await record(desk, shelf, person, statements, touch).catch(() => null);
  if (signed === null || signed instanceof Refusal) return signed === null ? "no_key" : "server";
  return typeof signed === "string" ? signed : saidOf(await send(desk, shelf, person));
}

function saidOf(outcome: Outcome): Said {
  if (outcome === "done") return "";
  if (outcome === "offline") return "offline";
  return outcome === "held" || outcome === "step_up" ? "held" : "server";
}

function drawAnew(said: Said): Said {
  if (said === "") location.reload();
  return said === "" ? "busy" : said;
}
