/** A phone of the tests: the real store, engine and joining on a fake IndexedDB, over a link that can fail. */

import { type Context, makeContext } from "../../pwa/src/app/context.ts";
import { makeJoining } from "../../pwa/src/app/joining.ts";
import { loadPeople } from "../../pwa/src/app/people.ts";
import { makeUuid7 } from "../../pwa/src/core/ids.ts";
import { type Connection, Engine } from "../../pwa/src/engine/sync.ts";
import { followTree } from "../../pwa/src/engine/tree.ts";
import { Store } from "../../pwa/src/store/db.ts";
import type { DocRow, IdentityRow, OpRow, Values } from "../../pwa/src/store/rows.ts";
import { type SaveOutcome, saveOps } from "../../pwa/src/store/save.ts";
import { randomBytes, type World } from "../../pwa/src/store/world.ts";
import type { House, InviteLink } from "./house.ts";
import { Link } from "./link.ts";
import { makeWorld, Timers } from "./store/world.ts";

export class Phone {
  readonly house: House;
  readonly link: Link;
  readonly timers = new Timers();
  /** How far the phone's clock is ahead of the truth. */
  off = 0;
  world: World;
  store!: Store;
  engine!: Engine;
  context!: Context;
  states: Connection[] = [];
  mismatches = 0;

  constructor(house: House, change: Partial<World> = {}) {
    this.house = house;
    this.link = new Link(house);
    this.world = makeWorld({
      fetch: this.link.fetch,
      now: () => house.now + this.off,
      setTimer: this.timers.set,
      ...change,
    });
    this.boot();
  }

  /** Start the app anew on what is stored: what was only in memory is gone. */
  boot(): void {
    this.store?.close();
    this.engine?.stop();
    this.store = new Store(this.world);
    this.context = makeContext(this.store);
    this.engine = new Engine(
      this.store,
      {
        connection: (state) => void this.states.push(state),
        changed: () => undefined,
        done: () => undefined,
        mismatch: () => {
          this.mismatches += 1;
        },
        nextAttempt: () => undefined,
        tree: (who, token) => followTree(this.store, who, token),
      },
      () => true,
    );
  }

  async join(link: InviteLink, by: "secret" | "code" = "secret"): Promise<IdentityRow> {
    const joining = makeJoining(this.context, this.engine, () => loadPeople(this.context));
    const invite = by === "secret" ? { id: link.id, secret: link.secret } : { id: link.id, code: link.code };
    const result = await joining.join(invite, "Máy thử");
    if (!result.ok) throw new Error(`join: ${result.problem}`);
    const who = await this.store.use((db) => db.identities.get(result.identity.device));
    if (!who) throw new Error("joined and not stored");
    return who;
  }

  async who(): Promise<IdentityRow> {
    const chosen = (await this.store.use((db) => db.meta.get("current")))?.value;
    const rows = await this.store.use((db) => db.identities.toArray());
    const found = rows.find((row) => row.device === chosen) ?? rows[0];
    if (!found) throw new Error("nobody joined");
    return found;
  }
  /** The first farm that the current person writes in. */
  async farm(): Promise<string> {
    const who = await this.who();
    const rows = await this.store.use((db) => db.access.where("device").equals(who.device).toArray());
    const found = rows.find((row) => row.scope.startsWith("farm:") && row.write);
    if (!found) throw new Error("no farm");
    return found.scope;
  }

  uuid(): string {
    return makeUuid7(this.house.now, randomBytes(this.world, 10));
  }
  /** Save an entry or a change of one; gives the document. */
  async save(
    set: Values,
    doc = `entry:${this.uuid()}`,
    hidden: Values = {},
    who?: IdentityRow,
  ): Promise<string> {
    const scope = await this.farm();
    const stored = await this.doc(doc);
    const one = { scope, doc, after: stored?.tips ?? [], set, private: hidden };
    const saved: SaveOutcome = await saveOps(this.store, who ?? (await this.who()), [one]);
    if (!saved.ok) throw new Error(saved.problem);
    return doc;
  }

  /** One run of the engine; gives how it ended. */
  async sync(tap = true): Promise<Connection> {
    await this.engine.kick(tap);
    return this.states.at(-1) ?? "idle";
  }

  async doc(doc: string): Promise<DocRow | undefined> {
    return this.store.use((db) => db.docs.filter((row) => row.doc === doc).first());
  }
  ops(): Promise<OpRow[]> {
    return this.store.use((db) => db.ops.toArray());
  }
  outbox(): Promise<number> {
    return this.store.use((db) => db.outbox.count());
  }
  /** The rounds of turns that went out since the last look, with their answers; not those about the tree. */
  syncs() {
    const seen = this.link.seen.splice(0).filter((one) => one.path === "/api/v1/sync");
    return seen.filter((one) => !("tree" in Object(one.data)));
  }
}

/** A phone of a household that has joined and synced once. */
export async function joined(
  house: House,
  person: string,
  farm: string,
  change: Partial<World> = {},
): Promise<Phone> {
  const phone = new Phone(house, change);
  await phone.join(await house.invite(person, farm, "owner"));
  phone.link.seen = [];
  phone.states = [];
  return phone;
}

/** The cooperative's reviewer, with a device of the same kind. */
export async function reviewer(house: House, person = "Cô Thu"): Promise<Phone> {
  const phone = new Phone(house);
  await phone.join(await house.invite(person, null, "reviewer"));
  return phone;
}

/** The reviewer lets in everything that waits for a person. */
export async function admitAll(house: House, staff: Phone): Promise<void> {
  const held = await house.held();
  for (const scope of new Set(held.map((one) => one.scope))) {
    const admit = held.filter((one) => one.scope === scope).map((one) => one.id);
    const doc = `admission:${staff.uuid()}`;
    const one = { scope, doc, after: [], set: { admit: admit.slice(0, 100) }, private: {} };
    await saveOps(staff.store, await staff.who(), [one]);
  }
  await staff.sync();
}
