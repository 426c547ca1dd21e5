/** One person's phone without a network: real store and core, real forms; other phones' ops are put into its log. */
import { readFileSync } from "node:fs";
import { formFiles } from "../../../pwa/build/plugins.ts";
import { type Context, makeContext } from "../../../pwa/src/app/context.ts";
import { makeDiary } from "../../../pwa/src/app/diary.ts";
import { loadDrafts } from "../../../pwa/src/app/draft_desk.ts";
import { makeDrafts } from "../../../pwa/src/app/drafts.ts";
import { toIdentity } from "../../../pwa/src/app/people.ts";
import type { ScalePicture } from "../../../pwa/src/app/pictures.ts";
import type { Draft, FarmRef } from "../../../pwa/src/app/types.ts";
import { Refusal } from "../../../pwa/src/core/errors.ts";
import { parseForms } from "../../../pwa/src/core/forms.ts";
import { b64Encode } from "../../../pwa/src/core/ids.ts";
import { makeBody, makePrivate, opId, parseOp, privateHash } from "../../../pwa/src/core/ops.ts";
import { makeKey } from "../../../pwa/src/core/signing.ts";
import { Store } from "../../../pwa/src/store/db.ts";
import { refold } from "../../../pwa/src/store/fold.ts";
import type { DocRow, IdentityRow, OpRow, Values } from "../../../pwa/src/store/rows.ts";
import { fieldsOf } from "../../../pwa/src/store/rows.ts";
import type { World } from "../../../pwa/src/store/world.ts";
import { makeWorld, NOW, Timers } from "../store/world.ts";

export const ORIGIN = "vi-du.example/so";
export const FARM = "farm:019a0000-0000-7000-8000-000000000001";
export const ORG = "org:019a0000-0000-7000-8000-000000000009";
const FORMS = new URL("../../../sync/forms/", import.meta.url).pathname;

let made = 0;
/** A uuid that no other has. */
export const uuid = (): string => `019a0000-0000-7000-9000-${String(++made).padStart(12, "0")}`;

export function allForms() {
  const files = formFiles(FORMS).map((name): [string, unknown] => [
    name.slice(0, -".json".length),
    JSON.parse(readFileSync(FORMS + name, "utf8")),
  ]);
  return parseForms(Object.fromEntries(files));
}
const forms = allForms();

export async function makeIdentity(name: string): Promise<IdentityRow> {
  const key = await makeKey();
  return {
    device: key.device,
    privateKey: key.privateKey,
    public: b64Encode(key.public),
    name,
    village: "",
    membership: uuid(),
    org: ORG,
    confirmed: true,
    revoked: false,
    copied: false,
    access: "",
    own: [],
    me: "",
  };
}

/** A picture of some bytes, as if it had been scaled. */
export const scaled: ScalePicture = async (file) => {
  const bytes = await file.arrayBuffer();
  const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return { bytes, sha256, width: 1600, height: 1200 };
};
export const picture = (fill: number): Blob =>
  new Blob([new Uint8Array(200).fill(fill)], { type: "image/jpeg" });

export const farmRef = (scope = FARM): FarmRef => ({
  scope,
  name: "",
  village: "",
  write: true,
  sector: null,
});

export class Desk {
  c!: Context;
  store!: Store;
  drafts!: ReturnType<typeof makeDrafts>;
  diary!: ReturnType<typeof makeDiary>;
  readonly timers = new Timers();
  readonly world: World;
  now = NOW;
  seq = 0;
  private readonly scale: ScalePicture;

  constructor(change: Partial<World> = {}, scale: ScalePicture = scaled) {
    this.world = makeWorld({ now: () => this.now, setTimer: this.timers.set, ...change });
    this.scale = scale;
  }

  static async open(change: Partial<World> = {}, scale?: ScalePicture): Promise<Desk> {
    const desk = new Desk(change, scale);
    const who = await makeIdentity("Bà Lụa");
    const store = new Store(desk.world);
    await store.use((db) => db.meta.put({ key: "origin", value: ORIGIN }));
    await store.use((db) => db.identities.put(who));
    store.close();
    await desk.boot();
    return desk;
  }

  /** Start the app anew on what is stored: what was only in memory is gone, and so is another tab's view. */
  async boot(): Promise<void> {
    this.store = new Store(this.world);
    this.c = makeContext(this.store);
    this.c.forms.value = forms;
    const rows = await this.store.use((db) => db.identities.toArray());
    this.c.rows.value = rows;
    if (rows[0]) this.c.current.value = toIdentity(rows[0]);
    this.c.farm.value = farmRef();
    this.c.farms.value = [farmRef()];
    this.drafts = makeDrafts(this.c, this.scale);
    this.diary = makeDiary(this.c);
    await loadDrafts(this.c);
    await this.drafts.resume();
  }

  get who(): IdentityRow {
    return this.c.rows.value[0] as IdentityRow;
  }

  /** A draft of a new entry. */
  async begin(form = "CT-10", values: Values = {}): Promise<Draft> {
    const begun = await this.drafts.create({ form, values });
    if (!begun.ok) throw new Error(begun.problem);
    return begun.draft;
  }
  /** An entry that was written and saved here. */
  async entry(values: Values = {}, form = "CT-10"): Promise<string> {
    const draft = await this.begin(form, values);
    const saved = await this.drafts.save(draft.id);
    if (!saved.ok) throw new Error(saved.problem);
    return saved.doc;
  }
  /** Open for editing, change, save. */
  async edit(doc: string, change: Values) {
    const opened = await this.drafts.edit(doc);
    if (!opened.ok) return opened;
    this.drafts.keep(opened.draft.id, { values: { ...opened.draft.values, ...change } });
    return this.drafts.save(opened.draft.id);
  }

  /** The server took everything that waits, in its order. */
  async acknowledge(): Promise<void> {
    await this.store.use(async (db) => {
      for (const row of await db.outbox.orderBy("order").toArray()) {
        const op = await db.ops.get(row.id);
        this.seq += 1;
        if (op) await db.ops.put({ ...op, state: "sent", tried: true, seq: this.seq, receivedAt: this.now });
      }
      await db.outbox.clear();
      const docs = await db.docs.toArray();
      await refold(
        db,
        ORIGIN,
        docs.map((row) => [row.scope, row.doc] as const),
      );
    });
    this.c.bell();
  }
  /** Set what became of every op of a document. */
  async mark(doc: string, change: Partial<OpRow>): Promise<void> {
    await this.store.use(async (db) => {
      const rows = await db.ops.where("[scope+doc]").equals([FARM, doc]).toArray();
      await db.ops.bulkPut(rows.map((row) => ({ ...row, ...change })));
      await refold(db, ORIGIN, [[FARM, doc]]);
    });
  }

  /** An op of somebody else's comes with a page of the log. */
  async pull(
    doc: string,
    set: Values,
    after: readonly string[] = [],
    hidden: Values = {},
    by = uuid(),
  ): Promise<string> {
    this.seq += 1;
    const part = Object.keys(hidden).length > 0 ? makePrivate(new Uint8Array(16), hidden) : null;
    const body = makeBody({
      device: "a".repeat(32),
      n: this.seq,
      by,
      scope: FARM,
      doc,
      after: [...after].sort(),
      recordedAt: this.now - 1000 + this.seq,
      fields: set,
      private: part === null ? null : privateHash(ORIGIN, part),
    });
    const id = opId(ORIGIN, body);
    const row: OpRow = {
      id,
      scope: FARM,
      doc,
      device: "a".repeat(32),
      n: this.seq,
      seq: this.seq,
      receivedAt: this.now,
      digest: null,
      body,
      private: part,
      signature: "",
      state: "sent",
      problem: null,
      tried: true,
    };
    await this.store.use(async (db) => {
      await db.ops.put(row);
      await refold(db, ORIGIN, [[FARM, doc]]);
    });
    return id;
  }

  async doc(doc: string): Promise<DocRow> {
    const row = await this.store.use((db) => db.docs.get([FARM, doc]));
    if (!row) throw new Error(`no ${doc}`);
    return row;
  }
  /** What each op of a document wrote, in the order of `n`. */
  async written(doc: string): Promise<Values[]> {
    const rows = await this.store.use((db) => db.ops.where("[scope+doc]").equals([FARM, doc]).toArray());
    return rows
      .sort((a, b) => a.n - b.n)
      .map((row) => {
        const op = parseOp(ORIGIN, row.body, row.private);
        return op instanceof Refusal ? {} : fieldsOf(op);
      });
  }
}
