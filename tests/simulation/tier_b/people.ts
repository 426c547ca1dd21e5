/** The people of a run and their phones, as the scenario has them; what they can do. */
import { readFileSync } from "node:fs";
import { opId } from "../../../pwa/src/core/ops.ts";
import { Store } from "../../../pwa/src/store/db.ts";
import type { IdentityRow, Values } from "../../../pwa/src/store/rows.ts";
import { saveOps } from "../../../pwa/src/store/save.ts";
import type { House } from "../../pwa/house.ts";
import type { Fault, Sent } from "../../pwa/link.ts";
import { Phone } from "../../pwa/phone.ts";
import { picture } from "../../pwa/picture.ts";
import { cloneStore } from "../../pwa/store/clone.ts";
import { makeWorld } from "../../pwa/store/world.ts";
import { type Chance, seededCrypto } from "./chance.ts";
import { onRequest } from "./death.ts";
import { Broken, type Ledger } from "./ledger.ts";

export interface Person {
  person: string;
  farm: string | null;
  role: string;
}
interface Scenario {
  steps: number;
  strengths: number[];
  rounds_max: number;
  phones: { name: string; people: Person[] }[];
  actions: { [name: string]: number };
  swarm: string[];
  network: { [fault: string]: number };
}
const FILE = new URL("../scenario.json", import.meta.url);
export const SCENARIO = JSON.parse(readFileSync(FILE, "utf8")) as Scenario;
export const ORIGIN = "vi-du.example/so";
const YEAR_MS = 365 * 86_400_000;

/** A phone of the simulation; its name is that of the scenario, with a number for copies. */
export class SimPhone extends Phone {
  readonly name: string;
  readonly people: readonly Person[];
  readonly chance: Chance;
  readonly ledger: Ledger;
  /** How bad the link is: 0 is perfect. */
  network = 0;
  backup: Store | null = null;
  draft: { scope: string; doc: string; after: readonly string[] } | null = null;
  private noted = 0;

  constructor(house: House, ledger: Ledger, chance: Chance, name: string, people: readonly Person[]) {
    super(house);
    this.name = name;
    this.people = people;
    this.chance = chance;
    this.ledger = ledger;
    const { link } = this;
    this.world = makeWorld({
      fetch: async (url, init) => {
        onRequest();
        const answer = await link.fetch(url, init);
        onRequest();
        return answer;
      },
      now: () => house.now + this.off,
      setTimer: this.timers.set,
      random: chance.next,
      crypto: seededCrypto(chance),
    });
    link.fault = (sent) => this.fault(sent);
    this.boot();
  }

  private fault(_sent: Sent): Fault | undefined {
    const names: { [fault: string]: Fault["kind"] } = {
      request_lost: "request_lost",
      request_doubled: "doubled",
      request_cut: "request_cut",
      gateway_error: "gateway",
      response_lost: "response_lost",
      portal: "portal",
      response_late: "late",
    };
    for (const [name, kind] of Object.entries(names)) {
      if (!this.chance.is(((SCENARIO.network[name] ?? 0) * this.network) / 4)) continue;
      if (kind === "request_cut") return { kind, at: this.chance.whole(0, 600) };
      if (kind === "response_lost" && this.chance.is(0.3)) {
        return { kind: "answer_cut", at: this.chance.whole(0, 900) };
      }
      return { kind } as Fault;
    }
    return undefined;
  }

  /** Everything that this phone holds, kept for the day on which it is set back. */
  async keepBackup(): Promise<void> {
    const copy = new Store(makeWorld());
    await cloneStore(this.store, copy);
    this.backup = copy;
  }

  /** Who records here, and where: those with a key of their own that was not followed by another. */
  async places(): Promise<{ who: IdentityRow; scope: string }[]> {
    const rows = await this.store.use((db) => db.identities.toArray());
    const access = await this.store.use((db) => db.access.toArray());
    return rows
      .filter((who) => who.successor === undefined && !who.revoked)
      .flatMap((who) =>
        access
          .filter((one) => one.device === who.device && one.write && one.scope.startsWith("farm:"))
          .map((one) => ({ who, scope: one.scope })),
      )
      .sort((a, b) => (`${a.who.name} ${a.scope}` < `${b.who.name} ${b.scope}` ? -1 : 1));
  }

  /** Save one op; what the phone holds afterwards is what it said "saved" of. */
  async record(
    who: IdentityRow,
    scope: string,
    doc: string,
    set: Values,
    hidden: Values,
    after: readonly string[],
  ): Promise<void> {
    const one = { scope, doc, after, set, private: hidden };
    const isPhoto = doc.startsWith("photo:");
    const bytes = isPhoto ? picture(6) : new ArrayBuffer(0);
    const sha256 = Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("base64url");
    if (isPhoto)
      Object.assign(one.set, { sha256, bytes: bytes.byteLength, type: "image/png", kind: "photo" });
    const saved = await saveOps(this.store, who, [one], {
      async write(db) {
        if (!isPhoto) return;
        const of = String(set.of);
        await db.blobs.put({ scope, sha256, bytes });
        const size = bytes.byteLength;
        await db.uploads.put({ doc, scope, sha256, of, size, type: "image/png", sent: 0, state: "waiting" });
      },
    });
    if (!saved.ok) throw new Broken(`${this.name} could not save: ${saved.problem}`);
    const rows = await this.store.use((db) => db.ops.where("[scope+doc]").equals([scope, doc]).toArray());
    const mine = rows.filter((row) => row.device === who.device).sort((a, b) => b.n - a.n)[0];
    if (!mine) throw new Broken(`${this.name} said saved, and ${doc} is not there`);
    this.ledger.saved.set(mine.id, this.name);
  }

  /** Write down what the server answered to this phone since the last look. */
  note(): void {
    for (const seen of this.link.seen.slice(this.noted)) {
      if (seen.path !== "/api/v1/sync") continue;
      const ops = (Object(seen.data).ops ?? []) as { body: string }[];
      this.ledger.answered(
        seen,
        ops.map((op) => opId(ORIGIN, op.body)),
      );
    }
    this.link.seen = [];
    this.noted = 0;
  }

  /** What the phone said "saved" of is in its store, whatever happened since. */
  async checkSaved(): Promise<void> {
    const held = new Set(await this.store.use((db) => db.ops.toCollection().primaryKeys()));
    for (const [id, name] of this.ledger.saved) {
      if (name === this.name && !held.has(id))
        throw new Broken(`${this.name} lost ${id}, which it had saved`);
    }
  }

  setClock(): void {
    this.off = this.chance.one([0, 2 * YEAR_MS, -2 * YEAR_MS, 90_000]);
  }
}
