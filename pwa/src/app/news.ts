/**
 * What the person is told: bulletins, prices, answers to proposals, as the server gave them last; and what goes back.
 *
 * Everything from outside is read anew each time and shown as text. A bulletin runs by this phone's calendar.
 * Source: PROTOCOL "Bulletins and prices".
 */
import { msToDate } from "../core/civil.ts";
import { b64Encode } from "../core/ids.ts";
import { PROPOSAL_VOICE_BYTES_MAX, VOICE_SECONDS_MAX } from "../core/limits.ts";
import { newsKey } from "../store/news.ts";
import { saveRequest } from "../store/requests.ts";
import type { RequestRow } from "../store/rows.ts";
import { type Context, listIn, me, member, textIn } from "./context.ts";
import type { Bulletin, News, PriceLine, Proposed, Spoken } from "./types.ts";

export const PROPOSAL_CHARS_MAX = 2000; // PROTOCOL "Bulletins and prices"

const numberIn = (x: unknown, name: string): number => {
  const found = member(x, name);
  return typeof found === "number" ? found : 0;
};

/** Where it is kept which bulletins this person opened: id → when. */
const readKey = (device: string): string => `news-read ${device}`;

export function makeNews(c: Context): News {
  const device = (): string => c.current.value?.device ?? "";
  const kept = async (): Promise<unknown> => {
    if (device() === "") return undefined;
    return (await c.store.use((db) => db.meta.get(newsKey(device()))))?.value;
  };
  const told = async (name: string): Promise<readonly unknown[]> =>
    listIn(member(await kept(), "data"), name);
  return {
    async bulletins() {
      const read = (await c.store.use((db) => db.meta.get(readKey(device()))))?.value;
      const today = msToDate(c.store.world.now());
      return (await told("bulletins"))
        .map((one) => toBulletin(one, read))
        .filter((one) => one.id !== "" && one.starts_on <= today && today <= one.ends_on)
        .sort((a, b) => Number(b.urgent) - Number(a.urgent) || b.published_at - a.published_at);
    },
    prices: async () => (await told("prices")).map(toPrices).filter((one) => one.days.length > 0),
    async read(id) {
      const who = me(c);
      if (who === null || c.store.newer !== null) return;
      const key = readKey(who.device);
      const now = c.store.world.now();
      const isNew = await c.store.use((db) =>
        db.transaction("rw", db.meta, async () => {
          const read = Object(await db.meta.get(key).then((row) => row?.value)) as object;
          if (Object.hasOwn(read, id)) return false;
          await db.meta.put({ key, value: { ...read, [id]: now } });
          return true;
        }),
      );
      if (!isNew) return;
      await saveRequest(c.store, who.device, "bulletins_read", { [id]: now });
      c.bell();
      c.kick();
    },
    async proposed() {
      const known = (await told("proposals")).map(toProposed);
      const rows = await c.store.use((db) => db.requests.toArray());
      const mine = rows.filter((row) => row.kind === "proposal" && row.device === device());
      const waiting = mine.filter((row) => !known.some((one) => one.id === row.id)).map(ownProposed);
      return [...waiting, ...known].sort((a, b) => b.made_at - a.made_at);
    },
    async propose(text, voice) {
      const who = me(c);
      const said = text.normalize("NFC").trim();
      const isEmpty = said === "" && voice === undefined;
      if (who === null || isEmpty || said.length > PROPOSAL_CHARS_MAX || c.store.newer !== null) return false;
      if (voice !== undefined && !fits(voice)) return false;
      const spoken =
        voice === undefined
          ? {}
          : {
              voice: b64Encode(new Uint8Array(await voice.blob.arrayBuffer())),
              voice_seconds: Math.max(1, Math.round(voice.seconds)),
            };
      await saveRequest(c.store, who.device, "proposal", {
        ...(said === "" ? {} : { text: said }),
        ...spoken,
      });
      c.bell();
      c.kick();
      return true;
    },
    async heardAt() {
      const at = member(await kept(), "at");
      return typeof at === "number" ? at : null;
    },
  };
}

/** Whether a voice note can be taken. */
export const fits = (voice: Spoken): boolean =>
  voice.blob.size <= PROPOSAL_VOICE_BYTES_MAX && voice.seconds <= VOICE_SECONDS_MAX;

function toBulletin(x: unknown, read: unknown): Bulletin {
  const id = textIn(x, "id");
  return {
    id,
    kind: textIn(x, "kind"),
    title: textIn(x, "title"),
    text: textIn(x, "text"),
    urgent: member(x, "urgent") === true,
    starts_on: textIn(x, "starts_on"),
    ends_on: textIn(x, "ends_on"),
    published_at: numberIn(x, "published_at"),
    by: textIn(x, "by"),
    isRead: typeof read === "object" && read !== null && Object.hasOwn(read, id),
  };
}

function toPrices(x: unknown): PriceLine {
  const days = listIn(x, "days").flatMap((one): PriceLine["days"] => {
    const [day, low, high] = Array.isArray(one) ? (one as unknown[]) : [];
    return typeof day === "string" && typeof low === "number" && typeof high === "number"
      ? [[day, low, high]]
      : [];
  });
  const [product, market, unit, source] = ["product", "market", "unit", "source"].map((name) =>
    textIn(x, name),
  );
  return { product: product ?? "", market: market ?? "", unit: unit ?? "", source: source ?? "", days };
}

const STATES: readonly Proposed["state"][] = ["new", "read", "answered", "done"];

function toProposed(x: unknown): Proposed {
  const said = textIn(x, "state");
  return {
    id: textIn(x, "id"),
    made_at: numberIn(x, "made_at"),
    text: textIn(x, "text"),
    voiceSeconds: numberIn(x, "voice_seconds"),
    state: STATES.find((one) => one === said) ?? "new",
    answer: textIn(x, "answer"),
    by: textIn(x, "by"),
  };
}

function ownProposed(row: RequestRow): Proposed {
  const { text, voice_seconds: seconds } = row.values;
  const isOut = row.state === "refused" || row.state === "declined";
  const state = isOut ? "refused" : row.state === "settled" ? "new" : "waiting";
  return {
    id: row.id,
    made_at: row.made_at,
    text: typeof text === "string" ? text : "",
    voiceSeconds: typeof seconds === "number" ? seconds : 0,
    state,
    answer: "",
    by: "",
  };
}
