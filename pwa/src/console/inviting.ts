/**
 * Inviting a device, and putting a new one in the place of a lost one: signed here, shown once.
 *
 * Secret and code are made in this page and leave it only as hashes; what is shown is gone when the dialog closes.
 */
import { Refusal } from "../core/errors.ts";
import { makeUuid7 } from "../core/ids.ts";
import { INVITE_RANDOM_BYTES, type Invitation, makeInvite } from "../core/invites.ts";
import { makeQr, qrPath } from "../shared/qr.ts";
import { type Bench, benchOf, say, still } from "./bench.ts";
import type { Desk, Statement } from "./desk.ts";
import { all, fill, one, showOnly } from "./page.ts";
import { record, send } from "./recording.ts";

/** Wire the forms that invite. */
export function inviting(desk: Desk): void {
  for (const form of all<HTMLFormElement>("form[data-invite]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void invite(desk, form);
    });
  }
  const dialog = one<HTMLDialogElement>("dialog[data-invited]");
  if (dialog === null) return;
  one("[data-close]", dialog)?.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => location.reload()); // the page lists the invitation now
  for (const button of all("[data-copy]", dialog)) {
    button.addEventListener("click", () => void copy(dialog, button.dataset.copy ?? ""));
  }
}

async function invite(desk: Desk, form: HTMLFormElement): Promise<void> {
  const bench = await benchOf(desk);
  if (bench === null) return say("no_key");
  still(form, true);
  say("busy");
  const made = makeInvite(
    desk.now(),
    desk.crypto.getRandomValues(new Uint8Array(INVITE_RANDOM_BYTES)),
    form.dataset.membership ?? "",
    kindOf(form),
    form.dataset.kind === "browser", // a link that is sent may be forwarded: its browser is confirmed
  );
  const outcome = await put(bench, statementsOf(desk, form, made));
  if (outcome !== "done") {
    still(form, false);
    return say(outcome);
  }
  say("");
  show(form, made);
}

function kindOf(form: HTMLFormElement): "phone" | "browser" | "sensor" {
  const kind = form.dataset.kind;
  return kind === "browser" || kind === "sensor" ? kind : "phone";
}

async function put(bench: Bench, statements: readonly Statement[]): Promise<string> {
  const signed = await record(bench.desk, bench.shelf, bench.person, statements).catch(() => null);
  if (signed === null || signed instanceof Refusal) return signed === null ? "no_key" : "refused";
  return send(bench.desk, bench.shelf, bench.person);
}

/** The invitation; before it the end of the device that it replaces, beside it the farm's book where none is open. */
function statementsOf(desk: Desk, form: HTMLFormElement, made: Invitation): Statement[] {
  const { scope = "", replaces, device, after = "", reason = "", book } = form.dataset;
  const found: Statement[] = [];
  if (replaces !== undefined) {
    const set = { revoked: true, reason, ...(device ? { device } : {}) };
    found.push({ scope, doc: replaces, after: after === "" ? [] : after.split(" "), set, private: {} });
  }
  found.push({ scope, doc: made.doc, after: [], set: made.fields, private: {} });
  if (book !== undefined) {
    const uuid = makeUuid7(desk.now(), desk.crypto.getRandomValues(new Uint8Array(10)));
    const set = { organisation: scope.slice("org:".length) };
    found.push({ scope: book, doc: `book:${uuid}`, after: [], set, private: {} });
  }
  return found;
}

function show(form: HTMLFormElement, made: Invitation): void {
  const dialog = one<HTMLDialogElement>("dialog[data-invited]");
  if (dialog === null) return;
  const { name = "", kind = "phone" } = form.dataset;
  const address = dialog.dataset.public ?? "";
  const link = kind === "browser" ? `${address}/htx/vao#i=${made.whole}` : `${address}/#i=${made.whole}`;
  const message = (dialog.dataset.message ?? "").replace("{name}", name);
  const texts: Record<string, string> = {
    title: (dialog.dataset.title ?? "").replace("{name}", name),
    code: made.code,
    link,
    command: `python -m sync.sensor join '${link}'`,
    message: message.replace("{url}", `${address}/i/${made.id}`),
  };
  fill(dialog, texts);
  for (const area of all<HTMLTextAreaElement>("[data-fill-value]", dialog)) {
    area.value = texts[area.dataset.fillValue ?? ""] ?? "";
  }
  if (kind === "phone") draw(dialog, link);
  showOnly("data-way", kind, dialog);
  dialog.showModal();
}

function draw(dialog: HTMLElement, link: string): void {
  const found = one("[data-qr]", dialog);
  const { side, path } = qrPath(makeQr(link));
  found?.setAttribute("viewBox", `0 0 ${side} ${side}`);
  found?.querySelector("path")?.setAttribute("d", path);
}

/** Copy a text; where the browser forbids it, it stands marked, ready for the keys. */
async function copy(dialog: HTMLElement, name: string): Promise<void> {
  const area = one<HTMLTextAreaElement>(`[data-fill-value="${name}"]`, dialog);
  if (area === null) return;
  area.select();
  const done = one("[data-copied]", dialog);
  const is = await navigator.clipboard.writeText(area.value).then(
    () => true,
    () => false,
  );
  if (done !== null) done.hidden = !is;
}
