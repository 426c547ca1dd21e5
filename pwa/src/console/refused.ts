/**
 * What the server refused for good: kept in this browser until its person has seen what it says and chosen.
 *
 * Three ways out, each a button of the page's template: do it again where it belongs, copy it to a file for whoever
 * mends the fault, drop it. Nothing goes by itself, and nothing is sent from here.
 */
import { benchOf } from "./bench.ts";
import { type Desk, member, type Person, type Unsent } from "./desk.ts";
import { all, fill, one } from "./page.ts";

const PAGES: Readonly<Record<string, string>> = { entry: "dong", season: "vu", plot: "thua" };

/** What an op says, as a person can read it: its document, then a line for each field. */
export function saidBy(row: Unsent): string {
  const body = parsed(row.body);
  const fields = [member(body, "set"), member(parsed(row.private ?? "{}"), "set")].flatMap((set) =>
    typeof set === "object" && set !== null ? Object.entries(set) : [],
  );
  const lines = fields.map(
    ([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return [String(member(body, "doc")), ...lines].join("\n");
}

/** The page on which the same is done again; null for a document that has none. */
export function pageOf(row: Unsent): string | null {
  const [type = "", uuid = ""] = String(member(parsed(row.body), "doc")).split(":");
  const [kind, of] = row.scope.split(":");
  if (type === "device") return `/htx/may/${uuid}`;
  if (type === "admission") return "/htx/cho";
  const page = PAGES[type];
  return kind === "farm" && page !== undefined ? `/htx/${page}/${of}/${uuid}` : null;
}

/** The op as an export file carries it (PROTOCOL §17): whoever has it can send it, or see what is wrong with it. */
export function fileOf(row: Unsent, person: Person, madeAt: number): string {
  const op = {
    body: row.body,
    ...(row.private === null ? {} : { private: row.private }),
    signature: row.signature,
  };
  const head = { so_nha_nong: 1, origin: person.origin, made_at: madeAt };
  return `${[head, op].map((line) => JSON.stringify(line)).join("\n")}\n`;
}

/** Show what was refused of the person whose page this is. */
export async function showRefused(desk: Desk): Promise<void> {
  const place = one("#bi-tra");
  const form = one<HTMLTemplateElement>("#mot-viec-bi-tra");
  const bench = place && form ? await benchOf(desk) : null;
  if (!place || !form || bench === null) return;
  const { shelf, person } = bench;
  const rows = await shelf.refused(person.device);
  for (const card of all("[data-op]", place)) card.remove();
  place.hidden = rows.length === 0;
  for (const row of rows) {
    const card = form.content.firstElementChild?.cloneNode(true);
    if (!(card instanceof HTMLElement)) return;
    card.dataset.op = row.id;
    fill(card, { said: saidBy(row), problem: row.problem ?? "" });
    const again = one<HTMLAnchorElement>("[data-again]", card);
    const page = pageOf(row);
    if (again) again.hidden = page === null;
    if (again && page !== null) again.href = page;
    one("[data-copy]", card)?.addEventListener("click", () =>
      download(`viec-${row.id.slice(0, 8)}.sonhanong`, fileOf(row, person, desk.now())),
    );
    one("[data-drop]", card)?.addEventListener("click", () => {
      void shelf.write({ store: "outbox", drop: row.id }).then(() => showRefused(desk));
    });
    place.append(card);
  }
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
