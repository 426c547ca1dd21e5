/** What the person agreed to: the list and the texts of the snapshot, and what was said here since. */
import { saveRequest } from "../store/requests.ts";
import type { RequestRow } from "../store/rows.ts";
import { type Context, listIn, me, member, textIn } from "./context.ts";
import type { Consent } from "./types.ts";

const UNDECIDED: ReadonlySet<string> = new Set(["unsent", "waiting"]);

/** One thing that was said about a purpose, by the server's rows or by requests that wait here. */
interface Said {
  id: string;
  purpose: string;
  at: number;
  withdrawnAt: number | null;
  isWaiting: boolean;
}

const timeIn = (x: unknown, name: string): number | null => {
  const found = member(x, name);
  return typeof found === "number" ? found : null;
};

/** Everything said by the current person, whether the server has heard it or not. */
async function saidBy(c: Context, person: string, device: string): Promise<Said[]> {
  const rows = listIn(c.reference.value, "given_consents").filter((one) => textIn(one, "person") === person);
  const said = new Map<string, Said>(
    rows.map((one) => [
      textIn(one, "id"),
      {
        id: textIn(one, "id"),
        purpose: textIn(one, "purpose"),
        at: timeIn(one, "given_at") ?? 0,
        withdrawnAt: timeIn(one, "withdrawn_at"),
        isWaiting: false,
      },
    ]),
  );
  const asked = await c.store.use((db) => db.requests.orderBy("order").toArray());
  for (const row of asked.filter((one) => one.device === device)) take(said, row, person);
  return [...said.values()];
}

/** A settled request counts too, until the next snapshot brings its row. */
function take(said: Map<string, Said>, row: RequestRow, person: string): void {
  if (row.state === "declined" || row.state === "refused") return;
  const isWaiting = UNDECIDED.has(row.state);
  if (row.kind === "consent" && row.values.person === person && !said.has(row.id)) {
    const purpose = textIn(row.values, "purpose");
    said.set(row.id, { id: row.id, purpose, at: row.made_at, withdrawnAt: null, isWaiting });
  }
  const of = row.kind === "withdrawal" ? said.get(textIn(row.values, "consent")) : undefined;
  if (of !== undefined && of.withdrawnAt === null)
    said.set(of.id, { ...of, withdrawnAt: row.made_at, isWaiting });
}

const textsIn = (x: unknown, name: string) => ({
  vi: textIn(member(x, name), "vi"),
  en: textIn(member(x, name), "en") || textIn(member(x, name), "vi"),
});

export async function consentsOf(c: Context): Promise<Consent[] | null> {
  const who = me(c);
  const asked = listIn(c.reference.value, "consents");
  const person = textIn(member(c.reference.value, "me"), "person");
  if (who === null || asked.length === 0 || person === "") return null;
  const said = await saidBy(c, person, who.device);
  return asked.map((one): Consent => {
    const purpose = textIn(one, "purpose");
    const about = said.filter((row) => row.purpose === purpose);
    const given = about.filter((row) => row.withdrawnAt === null);
    const newest = (given.length > 0 ? given : about).sort(
      (a, b) => (b.withdrawnAt ?? b.at) - (a.withdrawnAt ?? a.at),
    )[0];
    return {
      purpose,
      version: textIn(one, "version"),
      required: member(one, "required") === true,
      title: textsIn(one, "title"),
      text: textsIn(one, "text"),
      state: newest === undefined ? "never" : given.length > 0 ? "given" : "taken_back",
      at: newest === undefined ? null : (newest.withdrawnAt ?? newest.at),
      isWaiting: newest?.isWaiting ?? false,
    };
  });
}

/** Record what the person says; nothing where it stands so already. */
export async function agree(c: Context, purpose: string, yes: boolean): Promise<void> {
  const who = me(c);
  const person = textIn(member(c.reference.value, "me"), "person");
  const one = (await consentsOf(c))?.find((each) => each.purpose === purpose);
  if (who === null || one === undefined || (one.state === "given") === yes) return;
  if (yes) {
    const values = { person, purpose, text_version: one.version, means: "phone" };
    await saveRequest(c.store, who.device, "consent", values);
  } else {
    const said = await saidBy(c, person, who.device);
    for (const row of said.filter((each) => each.purpose === purpose && each.withdrawnAt === null))
      await saveRequest(c.store, who.device, "withdrawal", { consent: row.id });
  }
  c.bell();
  c.kick();
}

/** Persons whose word counts in the current book: one's own at home, everybody's of the household elsewhere. */
function personsAsked(c: Context): string[] {
  const mine = member(c.reference.value, "me");
  const farm = c.farm.value?.scope.slice("farm:".length) ?? "";
  if (textIn(mine, "farm") === farm) return [textIn(mine, "person")];
  const members = listIn(c.reference.value, "memberships").filter((one) => textIn(one, "farm") === farm);
  return [...new Set(members.map((one) => textIn(one, "person")))];
}

/** False where somebody whose word counts took back that positions are taken: then the phone does not ask for one. */
export async function mayLocate(c: Context): Promise<boolean> {
  for (const person of personsAsked(c)) {
    const said = (await saidBy(c, person, me(c)?.device ?? "")).filter((row) => row.purpose === "gps");
    if (said.length > 0 && said.every((row) => row.withdrawnAt !== null)) return false;
  }
  return true;
}
