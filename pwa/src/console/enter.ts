/**
 * The way in: accept an invitation, or touch a passkey; the key of this browser then signs what its person does.
 *
 * A browser without a key of that person gets one by one more touch; whoever lost the passkey types a recovery code.
 *
 * The invitation's secret leaves the address bar at once and lives in this tab until it is used.
 */
import { codeToSecret, recoveryOf } from "../core/recovery.ts";
import { canOfferInField, isProblem, type SignedIn, signInLook } from "../net/passkeys.ts";
import { type Desk, member, type Person, Shelf } from "./desk.ts";
import {
  begun,
  type Invite,
  join,
  joinAlone,
  type Look,
  labelOf,
  look,
  type Problem,
  parseInvite,
  problemOf,
} from "./joining.ts";
import { all, fill, one, showOnly } from "./page.ts";
import { askOf, openPages, type Reply } from "./session.ts";

const INVITE = "so-nha-nong-console invite";
// Zalo's and Facebook's own browsers drop what a page keeps (faults.md 50).
const IN_APP = /Zalo|FBA[NV]|FB_IAB|Instagram/;
const ENTERED = "so-nha-nong-console entered";

interface Gate {
  readonly desk: Desk;
  readonly shelf: Shelf;
  readonly place: string;
}

/** Say that a page of the console was shown: entering worked. */
export function arrived(): void {
  sessionStorage.removeItem(ENTERED);
}

/** Run the page. */
export async function enter(desk: Desk): Promise<void> {
  const root = one("[data-enter]");
  if (root === null) return;
  one("[data-again]")?.addEventListener("click", () => location.reload());
  if (IN_APP.test(navigator.userAgent)) return say("in_app"); // before the link leaves the address bar
  const invite = takeInvite();
  if (!isSecureContext) return say("insecure");
  const shelf = await Shelf.open(desk.indexedDB).catch(() => null);
  if (shelf === null) return say("no_store");
  const gate = { desk, shelf, place: root.dataset.place ?? "/htx/" };
  one("[data-others]")?.addEventListener("click", () => void pick(gate));
  offerPasskeys(gate);
  if (invite === "bad") return say("bad_link");
  if (invite !== null) return meet(gate, invite);
  const asked = new URLSearchParams(location.search);
  if (asked.has("ra")) {
    await shelf.setMeta("current", "");
    history.replaceState(null, "", location.pathname);
    return pick(gate);
  }
  const current = await shelf.meta("current");
  const person = typeof current === "string" ? await shelf.person(current) : null;
  return person === null ? pick(gate) : go(gate, person);
}

/** Wire the buttons of signing in by a passkey, and let a field of the page offer them. */
function offerPasskeys(gate: Gate): void {
  one("[data-passkey-enter]")?.addEventListener("click", () => void touch(gate, false));
  one("[data-lost]")?.addEventListener("click", () => showOnly("data-part", "lost"));
  one("[data-back]")?.addEventListener("click", () => void pick(gate));
  one<HTMLFormElement>("form[data-code]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    void recover(gate);
  });
}

/** Who signed in first on this page: a pick in the field and the button may both be answered. */
let isSignedIn = false;

/** Sign in by a passkey, then sign by the key of its person that is in this browser, or get one. */
async function touch(gate: Gate, inField: boolean): Promise<void> {
  if (isSignedIn) return; // a second session's cookie would take the place of the one that is being joined
  if (!inField) showOnly("data-passkey-say", "busy");
  const who = await signInLook(askOf(gate.desk), inField);
  if (isProblem(who)) {
    if (!inField) showOnly("data-passkey-say", who);
    if (!inField) void offerInField(gate);
    return;
  }
  if (isSignedIn) return;
  if (!who.pages) return say("not_staff");
  isSignedIn = true;
  const mine = (await gate.shelf.persons()).find(
    (person) => person.membership === who.by && person.origin === who.origin,
  );
  if (mine !== undefined && (await enterAs(gate, mine)) === null) return;
  showOnly("data-part", "new");
  for (const part of all("[data-greeting]")) {
    part.textContent = (part.dataset.greeting ?? "").replace("{name}", who.shown.name ?? "");
  }
  one("[data-use-here]")?.addEventListener("click", () => void useHere(gate, who));
}

/** Open the session of a person's key beside the one of the passkey; null where the pages can be seen now. */
async function enterAs(gate: Gate, person: Person): Promise<Reply | null> {
  const opened = await openPages(gate.desk, gate.shelf, person);
  if (opened.kind !== "ok" || !opened.showsPages) return opened.kind === "ok" ? { kind: "offline" } : opened;
  await gate.shelf.setMeta("current", person.device);
  leaveTo(gate);
  return null;
}

async function useHere(gate: Gate, who: SignedIn): Promise<void> {
  showOnly("data-new-say", "busy");
  void navigator.storage?.persist?.();
  const joined = await joinAlone(gate.desk, gate.shelf, who, labelOf(navigator.userAgent));
  if (typeof joined === "string")
    return showOnly("data-new-say", joined === "offline" ? "offline" : "cancelled");
  leaveTo(gate);
}

async function offerInField(gate: Gate): Promise<void> {
  if (!(await canOfferInField())) return;
  one("[data-field]")?.removeAttribute("hidden");
  void touch(gate, true);
}

/** Go on as with an invitation's link: the typed code is one. */
async function recover(gate: Gate): Promise<void> {
  const secret = codeToSecret(one<HTMLInputElement>("input[name=code]")?.value ?? "");
  if (secret === null) return showOnly("data-code-say", "bad");
  const { id, secret: text } = recoveryOf(secret);
  sessionStorage.setItem(INVITE, `#i=${id}.${text}`);
  await meet(gate, { id, secret: text });
}

function say(problem: Problem | "in_app" | "insecure" | "bad_link" | "cookie"): void {
  showOnly("data-part", "problem");
  showOnly("data-problem", problem);
}

/** Show the problem, and the way to the other persons of this browser if there are some. */
async function refuse(gate: Gate, problem: Problem | "cookie"): Promise<void> {
  say(problem);
  const others = one("[data-others]");
  if (others !== null) others.hidden = (await gate.shelf.persons()).length === 0;
}

/** The invitation of the address, else the one that this tab began with. */
function takeInvite(): Invite | null | "bad" {
  if (location.hash.startsWith("#i=")) {
    sessionStorage.setItem(INVITE, location.hash);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return parseInvite(sessionStorage.getItem(INVITE) ?? "");
}

async function meet(gate: Gate, invite: Invite): Promise<void> {
  const mine = (await gate.shelf.persons()).find((person) => person.doc === `device:${invite.id}`);
  if (mine !== undefined) {
    sessionStorage.removeItem(INVITE);
    return go(gate, mine);
  }
  const seen = (await begun(gate.shelf, invite)) ?? (await look(gate.desk, invite));
  if (typeof seen === "string") {
    if (seen !== "offline" && seen !== "server" && seen !== "too_many") sessionStorage.removeItem(INVITE);
    return refuse(gate, seen);
  }
  showOnly("data-part", "invite");
  fill(document, { name: seen.name, organisation: seen.organisation });
  const confirm = one("[data-confirm]");
  if (confirm !== null) confirm.hidden = !seen.confirm;
  one("[data-accept]")?.addEventListener("click", () => void accept(gate, invite, seen), { once: true });
  one("[data-not-me]")?.addEventListener("click", () => {
    sessionStorage.removeItem(INVITE);
    void pick(gate);
  });
}

async function accept(gate: Gate, invite: Invite, seen: Look): Promise<void> {
  showOnly("data-part", "busy");
  void navigator.storage?.persist?.();
  const joined = await join(gate.desk, gate.shelf, invite, seen, labelOf(navigator.userAgent));
  if (typeof joined === "string") return refuse(gate, joined);
  sessionStorage.removeItem(INVITE);
  leaveTo(gate);
}

/** Enter as a person who has no passkey yet: the key of this browser shows the page to make it on. */
async function go(gate: Gate, person: Person): Promise<void> {
  if (sessionStorage.getItem(ENTERED) !== null) {
    arrived();
    return refuse(gate, "cookie"); // entered and sent back here at once: the cookie was not kept
  }
  showOnly("data-part", "busy");
  const opened = await openPages(gate.desk, gate.shelf, person);
  if (opened.kind !== "ok") return refuse(gate, problemOf(opened));
  if (!opened.showsPages) return pick(gate); // a passkey has to open the pages
  await gate.shelf.setMeta("current", person.device);
  leaveTo(gate);
}

function leaveTo(gate: Gate): void {
  sessionStorage.setItem(ENTERED, "1");
  location.replace(gate.place);
}

/** Show how to sign in, and the persons of this browser. */
async function pick(gate: Gate): Promise<void> {
  const persons = await gate.shelf.persons();
  showOnly("data-part", "pick");
  void offerInField(gate);
  for (const part of all("[data-known]")) part.hidden = persons.length === 0;
  for (const part of all("[data-nobody]")) part.hidden = persons.length > 0;
  const list = one("[data-persons]");
  const pattern = one<HTMLTemplateElement>("template[data-person]");
  if (list === null || pattern === null) return;
  list.replaceChildren();
  for (const person of persons) {
    const row = pattern.content.cloneNode(true);
    if (!(row instanceof DocumentFragment)) continue;
    fill(row, { name: person.name, organisation: person.organisation });
    one("[data-enter-as]", row)?.addEventListener("click", () => void enterWith(gate, person));
    one("[data-remove]", row)?.addEventListener("click", () => void remove(gate, person));
    list.append(row);
  }
}

/** Enter as somebody of this browser: by the passkey, or on the page to make it where there is none yet. */
async function enterWith(gate: Gate, person: Person): Promise<void> {
  arrived();
  const opened = await openPages(gate.desk, gate.shelf, person);
  if (opened.kind !== "ok") return refuse(gate, problemOf(opened));
  if (!opened.showsPages) return touch(gate, false);
  await gate.shelf.setMeta("current", person.device);
  leaveTo(gate);
}

/** Forget a person's key, unless something of theirs is not sent. */
async function remove(gate: Gate, person: Person): Promise<void> {
  if ((await gate.shelf.unsent(person.device)).length > 0) {
    showOnly("data-problem", "remove_unsent");
    return;
  }
  const counters = (await gate.shelf.all("counters")).filter(
    (row) => member(row, "device") === person.device,
  );
  await gate.shelf.write(
    { store: "persons", drop: person.device },
    ...counters.map((row) => ({
      store: "counters" as const,
      drop: [person.device, String(member(row, "scope"))],
    })),
  );
  await pick(gate);
}
