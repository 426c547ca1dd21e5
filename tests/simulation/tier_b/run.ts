/** One seeded run: real phones on a faulty link to the real server, and everything that can befall them. */
import { makeJoining } from "../../../pwa/src/app/joining.ts";
import { loadPeople } from "../../../pwa/src/app/people.ts";
import type { House } from "../../pwa/house.ts";
import { cloneStore } from "../../pwa/store/clone.ts";
import type { Chance } from "./chance.ts";
import { bury, dieAt } from "./death.ts";
import type { Ledger } from "./ledger.ts";
import { type Person, SCENARIO, SimPhone } from "./people.ts";

const DAY_MS = 86_400_000;
const PHONES_MAX = 6;

export class Run {
  readonly house: House;
  readonly ledger: Ledger;
  readonly chance: Chance;
  phones: SimPhone[];
  readonly trace: string[] = [];
  private readonly strength = new Map<string, number>();
  private snapshots: string[] = [];
  private copies = 0;

  constructor(house: House, ledger: Ledger, chance: Chance, phones: SimPhone[]) {
    this.house = house;
    this.ledger = ledger;
    this.chance = chance;
    this.phones = phones;
    for (const name of SCENARIO.swarm) this.strength.set(name, chance.one(SCENARIO.strengths));
    for (const phone of phones) phone.network = this.strength.get("network") ?? 1;
  }

  /** Make some actions as frequent as a test of the test needs them. */
  force(strengths: { [action: string]: number }): void {
    for (const [name, strength] of Object.entries(strengths)) this.strength.set(name, strength);
  }

  async steps(count: number): Promise<void> {
    const known = Object.entries(SCENARIO.actions).filter(([name]) => name in this.actions);
    const weights = Object.fromEntries(
      known.map(([name, weight]) => [name, weight * (this.strength.get(name) ?? 1)]),
    );
    for (let step = 0; step < count; step++) {
      this.house.now += this.chance.one([50, 900, 4_000, 30_000]);
      const name = this.chance.weighted(weights);
      const phone = this.chance.one(this.phones);
      this.trace.push(`${step} ${name} ${phone.name}`);
      await this.actions[name]?.(phone);
      await this.afterwards(phone);
    }
  }

  /** What holds after each step; a server that died comes back after a while. */
  async afterwards(phone: SimPhone): Promise<void> {
    if (bury()) phone.boot();
    phone.note();
    await phone.checkSaved();
    await this.ledger.check();
    if (!(await this.house.ask({ do: "is_up" })) && this.chance.is(0.5))
      await this.house.ask({ do: "begin" });
  }

  private readonly actions: { [name: string]: (phone: SimPhone) => Promise<void> } = {
    open_form: (phone) => this.openForm(phone),
    save_form: (phone) => this.saveForm(phone),
    save_photo: (phone) => this.savePhoto(phone),
    void: (phone) => this.voidEntry(phone),
    begin_sync: async (phone) => void (await phone.sync(this.chance.is(0.5))),
    deliver: async (phone) => phone.link.deliverLate(),
    pass_time: async () => {
      this.house.now += this.chance.whole(1, 40 * 24) * 3_600_000;
    },
    kill_phone: async (phone) => {
      dieAt(this.chance.one(["write", "request"] as const), this.chance.whole(1, 12));
      await phone.sync().catch(() => undefined);
      if (bury()) phone.boot();
      dieAt("write", this.chance.whole(1, 8));
      await this.saveForm(phone).catch(() => undefined);
    },
    clock_phone: async (phone) => phone.setClock(),
    clock_server: async () => {
      this.house.off = this.chance.one([0, DAY_MS, -DAY_MS]);
    },
    kill_server: async () => {
      await this.house.ask({ do: "kill_at", commits: this.chance.whole(1, 6), late: this.chance.is(0.5) });
    },
    snapshot: () => this.snapshot(),
    restore: () => this.restore(),
    clone_phone: (phone) => this.clonePhone(phone),
    roll_back_phone: (phone) => this.rollBack(phone),
    wipe_phone: (phone) => this.wipe(phone),
    rejoin: (phone) => this.rejoin(phone),
    revoke: (phone) => this.revoke(phone),
    confirm: () => this.confirm(),
    admit: () => this.decide("admit"),
    turn_down: () => this.decide("turn_down"),
  };

  private async openForm(phone: SimPhone): Promise<void> {
    const places = await phone.places();
    if (places.length === 0) return;
    const { scope } = this.chance.one(places);
    const docs = await phone.store.use((db) =>
      db.docs.where("[scope+type+state]").between([scope, "entry"], [scope, "entry", []]).toArray(),
    );
    const entries = docs.sort((a, b) => (a.doc < b.doc ? -1 : 1)).slice(-3);
    if (entries.length === 0) return;
    const found = this.chance.one(entries);
    phone.draft = { scope, doc: found.doc, after: found.tips };
  }

  private async saveForm(phone: SimPhone): Promise<void> {
    if (this.chance.is(0.5)) await this.openForm(phone);
    const places = await phone.places();
    if (places.length === 0) return;
    const { who, scope } = this.chance.one(places);
    const fields = {
      [this.chance.one(["product", "dose", "happened_on"])]: this.chance.one(["1", "2", "3", null]),
    };
    const hidden = this.chance.is(0.25) ? { note: `ghi chú ${this.chance.whole(1, 9)}` } : {};
    const { draft } = phone;
    if (draft !== null && draft.scope === scope) {
      phone.draft = null;
      await phone.record(who, scope, draft.doc, fields, hidden, draft.after);
    } else {
      const first = { form: "CT-10", form_version: 1, happened_on: "2026-11-08", dose: "1" };
      await phone.record(who, scope, `entry:${phone.uuid()}`, { ...first, ...fields }, hidden, []);
    }
  }

  private async savePhoto(phone: SimPhone): Promise<void> {
    const places = await phone.places();
    if (places.length === 0) return;
    const { who, scope } = this.chance.one(places);
    await phone.record(who, scope, `photo:${phone.uuid()}`, { of: `entry:${phone.uuid()}` }, {}, []);
  }

  private async voidEntry(phone: SimPhone): Promise<void> {
    await this.openForm(phone);
    const { draft } = phone;
    const place = (await phone.places()).find((one) => one.scope === draft?.scope);
    phone.draft = null;
    if (draft && place) {
      const set = { _deleted: this.chance.one([true, null]) };
      await phone.record(place.who, draft.scope, draft.doc, set, {}, draft.after);
    }
  }

  private async snapshot(): Promise<void> {
    const name = `seed-${this.snapshots.length}.db`;
    await this.house.snapshot(name);
    this.snapshots.push(name);
  }
  private async restore(): Promise<void> {
    if (this.snapshots.length === 0) return;
    await this.house.restore(this.chance.one(this.snapshots));
    await this.ledger.restored();
  }

  /** A backup app puts the whole profile on another phone; both go on. */
  private async clonePhone(phone: SimPhone): Promise<void> {
    if (this.phones.length >= PHONES_MAX) return;
    this.copies += 1;
    const copy = new SimPhone(
      this.house,
      this.ledger,
      this.chance,
      `${phone.name} (${this.copies})`,
      phone.people,
    );
    copy.network = phone.network;
    await cloneStore(phone.store, copy.store);
    this.phones.push(copy);
  }
  private async rollBack(phone: SimPhone): Promise<void> {
    if (phone.backup === null) return phone.keepBackup();
    await cloneStore(phone.backup, phone.store);
    phone.backup = null;
    phone.draft = null;
    this.ledger.forget(phone.name);
    phone.boot();
  }
  private async wipe(phone: SimPhone): Promise<void> {
    const empty = new SimPhone(this.house, this.ledger, this.chance, phone.name, phone.people);
    empty.network = phone.network;
    this.ledger.forget(phone.name);
    this.phones[this.phones.indexOf(phone)] = empty;
  }

  /** Somebody whose key is spent, revoked or gone gets an invitation and a new one. */
  async rejoin(phone: SimPhone, isLast = false): Promise<void> {
    const rows = await phone.store.use((db) => db.identities.toArray());
    for (const person of phone.people) {
      const known = rows.filter((row) => row.name === person.person && row.successor === undefined);
      const isOver = known.every((row) => row.revoked || row.copied || row.joining?.problem);
      if (!isOver) continue;
      await this.join(phone, person, !isLast && this.chance.is(0.3));
      if (!isLast) return;
    }
  }
  async join(phone: SimPhone, person: Person, confirm = false): Promise<void> {
    const link = await this.house.invite(person.person, person.farm, person.role, confirm);
    const { network } = phone;
    phone.network = 0;
    const joining = makeJoining(phone.context, phone.engine, () => loadPeople(phone.context));
    await joining.join({ id: link.id, secret: link.secret }, phone.name);
    phone.network = network;
  }

  private async revoke(phone: SimPhone): Promise<void> {
    const rows = await phone.store.use((db) => db.identities.toArray());
    const devices = rows.map((row) => row.device).sort();
    if (devices.length === 0 || phone.people.some((one) => one.farm === null)) return;
    const device = this.chance.one(devices);
    const [found] = await this.house.rows("SELECT doc FROM devices WHERE device = :device", { device });
    if (found) await this.house.settle(String(found[0]).slice(7), { revoked: true, reason: "", device });
  }
  async confirm(): Promise<void> {
    const rows = await this.house.rows("SELECT doc FROM devices WHERE state = 'waiting' ORDER BY doc");
    for (const row of rows) await this.house.settle(String(row[0]).slice(7), { confirmed: true });
  }

  /** The reviewer decides about what is held in farms; joins are the operator's business. */
  async decide(verb: "admit" | "turn_down"): Promise<void> {
    const held = await this.house.held();
    const joins = held.filter((one) => one.scope.startsWith("org:"));
    for (const scope of new Set(joins.map((one) => one.scope))) {
      const admit = joins.filter((one) => one.scope === scope).map((one) => one.id);
      if (verb === "admit") await this.house.operator(scope, "admission", { admit: admit.slice(0, 100) });
    }
    for (const phone of this.phones) {
      const places = (await phone.places()).filter(({ who }) => !who.copied && !who.joining);
      if (!phone.people.some((one) => one.role === "reviewer") || places.length === 0) continue;
      for (const scope of new Set(held.map((one) => one.scope))) {
        const place = places.find((one) => one.scope === scope);
        if (!place) continue;
        const ids = held.filter((one) => one.scope === scope).map((one) => one.id);
        const set =
          verb === "admit" ? { admit: ids.slice(0, 100) } : { turn_down: ids.slice(0, 1), reason: "x" };
        await phone.record(place.who, scope, `admission:${phone.uuid()}`, set, {}, []);
        if (verb === "turn_down") return;
      }
      return;
    }
  }
}
