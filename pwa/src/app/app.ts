/** The phone below the screens, put together: one App a page. */
import { batch, computed, signal } from "@preact/signals";
import { Engine } from "../engine/sync.ts";
import { browserWorld } from "../net/browser_world.ts";
import { SCHEMA, Store, StoreError } from "../store/db.ts";
import { LAST_SYNC } from "../store/rows.ts";
import { FORK } from "../store/tree.ts";
import type { World } from "../store/world.ts";
import { checkPlace, listen, looksPrivate } from "./browser.ts";
import { type Context, listIn, loadForms, makeContext, publish, shadowOf } from "./context.ts";
import { makeDiary } from "./diary.ts";
import { makeDrafts } from "./drafts.ts";
import { makeActivities, makeFarm } from "./farm.ts";
import { heldBefore, noteHeld } from "./held_before.ts";
import { lookAround } from "./home.ts";
import { lazyJoining } from "./joined.ts";
import { makePeople } from "./people.ts";
import { photoUrl } from "./photo_url.ts";
import { type ScalePicture, scalePicture } from "./pictures.ts";
import { readAll } from "./screens.ts";
import { stuckOps, waitingPhotos } from "./stuck.ts";
import type {
  App,
  Around,
  Draft,
  Drafts,
  Home,
  Settings,
  StorageStatus,
  StuckOp,
  SyncStatus,
  Team,
  Updates,
  Value,
  WaitingPhoto,
} from "./types.ts";

const QUIET: SyncStatus = {
  connection: "idle",
  waitingOps: 0,
  waitingPhotos: 0,
  waitingVoices: 0,
  waitingPhotoBytes: 0,
  last_sync_at: null,
  next_attempt_at: null,
  progress: null,
  skew: null,
  digestMismatch: false,
  forked: false,
};
const NEARLY_FULL_BYTES = 300_000_000;

/** A form stands open, or something of it is only in memory: taking a new version now could lose it. */
const isOpen = (draft: Draft): boolean =>
  draft.focus !== null || draft.pendingCapture !== null || draft.photos.some((photo) => !photo.stored);

function makeUpdates(c: Context, drafts: Drafts): Updates {
  const offered = signal<(() => void) | null>(null);
  const dirty = computed(() => drafts.failed.value !== null || c.drafts.value.some(isOpen));
  return {
    available: computed(() => offered.value !== null),
    dirty,
    offer: (apply) => {
      offered.value = apply;
    },
    async apply() {
      await drafts.flush();
      if (dirty.value || offered.value === null) return false;
      offered.value();
      return true;
    },
  };
}

async function loadStorage(world: World): Promise<StorageStatus> {
  const { usage, quota, persisted } = await world.estimate();
  const left = usage === null || quota === null ? null : Math.max(0, quota - usage);
  const nearlyFull = left !== null && quota !== null && (left < NEARLY_FULL_BYTES || left < quota / 5);
  return { used: usage, left, persisted, nearlyFull };
}

export function createApp(world: World = browserWorld(), scale: ScalePicture = scalePicture): App {
  const store = new Store(
    world,
    () => {
      c.state.value = { kind: "blocked" };
    },
    (found, known) => {
      c.state.value = { kind: "newer_data", found, known };
    },
  );
  const c: Context = makeContext(store);
  const home = signal<Home | null>(null);
  const status = signal<SyncStatus>(QUIET);
  const storage = signal<StorageStatus>({ used: null, left: null, persisted: null, nearlyFull: false });
  const stuck = signal<readonly StuckOp[]>([]);
  const photos = signal<readonly WaitingPhoto[]>([]);
  const drafts = makeDrafts(c, scale);
  const set = (change: Partial<SyncStatus>) => {
    status.value = { ...status.value, ...change };
  };
  /** What every screen shows, in one transaction; nothing else is read before it is on the screen. */
  const refresh = async () => {
    const shadow = shadowOf(c);
    const read = await readAll(shadow);
    // Before the screen says how much waits: what is missed one day is at least what was seen (case 11).
    if (shadow.rows.value.length > 0 && !practice)
      noteHeld({ lines: read.home.waitingOps, photos: read.home.waitingPhotos });
    batch(() => {
      if (c.state.value.kind === "starting") c.settings.value = shadow.settings.value;
      publish(shadow, c);
      home.value = read.home;
      set({ waitingOps: read.home.waitingOps, skew: read.skew });
    });
    if (c.state.value.kind === "newer_data") return;
    if (c.rows.value.length > 0) {
      if (c.state.value.kind !== "ready") c.state.value = { kind: "ready" };
    } else if (c.state.value.kind !== "unjoined" && c.state.value.kind !== "private_window") {
      c.state.value = (await looksPrivate(world))
        ? { kind: "private_window" }
        : { kind: "unjoined", before: heldBefore() };
    }
  };
  /** What is looked up behind it: what is stuck, the room, and what others wrote; true: there is more to show. */
  const lookUp = async (): Promise<boolean> => {
    stuck.value = await stuckOps(c);
    photos.value = await waitingPhotos(c);
    const waitingPhotoBytes = photos.value.reduce((sum, p) => sum + p.bytes, 0);
    const waitingVoices = photos.value.filter((p) => p.isVoice).length;
    const [fork, last] = await store.use((db) => db.meta.bulkGet([FORK, LAST_SYNC]));
    const last_sync_at = typeof last?.value === "number" ? last.value : null;
    const forked = fork !== undefined;
    set({ waitingPhotos: photos.value.length, waitingVoices, waitingPhotoBytes, forked, last_sync_at });
    storage.value = await loadStorage(world);
    const { foreign } = c;
    c.foreign = false;
    return foreign && (await lookAround(c));
  };
  const engine = new Engine(
    store,
    {
      connection: (connection, progress) => set({ connection, progress }),
      changed: () => c.bell(),
      done: (at) => set({ last_sync_at: at, digestMismatch: false }),
      mismatch: () => set({ digestMismatch: true }),
      nextAttempt: (at) => set({ next_attempt_at: at }),
      tree: (who, token) => import("../engine/tree.ts").then((part) => part.followTree(store, who, token)),
    },
    () => !c.settings.value.wifiOnlyPhotos || world.onWifi(),
  );
  const practice = world.practice !== undefined;
  c.kick = () => {
    // Data of a newer version are read, never sent: what they mean is not known here (case 10).
    if (store.newer === null && !practice) void engine.kick();
  };
  let around: Promise<Around> | undefined;
  let team: Promise<Team> | null = null;
  const ends: (() => void)[] = [];
  const broken = (error: unknown) => {
    const problem = error instanceof StoreError ? error.problem : "storage_broken";
    c.state.value =
      problem === "newer_data"
        ? { kind: "newer_data", found: SCHEMA + 1, known: SCHEMA }
        : { kind: "storage_broken", detail: error instanceof Error ? error.message : String(error) };
  };
  let refreshing = false;
  let again = false;
  /** Draw from the store once more; calls while one runs are joined into one. */
  const redraw = async () => {
    again = true;
    if (refreshing) return;
    refreshing = true;
    while (again) {
      again = false;
      const more = await refresh().then(lookUp).catch(broken);
      again ||= more === true;
    }
    refreshing = false;
  };

  return {
    practice,
    state: c.state,
    async start() {
      const place = checkPlace();
      if (place !== null) {
        c.state.value = place;
        return;
      }
      try {
        // While the database opens; the names on the first screen need both.
        [c.forms.value] = await Promise.all([loadForms(), store.use(async () => undefined)]);
        await refresh();
        await drafts.resume();
      } catch (error) {
        broken(error);
        return;
      }
      ends.push(c.changed.subscribe((times) => void (times > 0 && redraw())));
      ends.push(
        listen(
          () => c.bell(),
          () => c.kick(),
          () => void drafts.flush(),
        ),
      );
      if (await lookUp().catch(broken)) await redraw();
      c.kick();
    },
    hidden: async () => void (await drafts.flush()),
    stop() {
      engine.stop();
      for (const end of ends) end();
      store.close();
    },
    joining: lazyJoining(c, engine, redraw),
    people: makePeople(c),
    inspections: async () => (await import("./inspections.ts")).makeInspections(c, drafts),
    packing: async () => (await import("./packing.ts")).makePacking(c),
    mine: async () => (await import("./mine.ts")).makeMine(c, engine, redraw),
    home,
    activities: makeActivities(c),
    diary: makeDiary(c),
    drafts,
    farm: makeFarm(c),
    sync: {
      status,
      storage,
      stuck,
      photos,
      tree: () => import("./tree.ts").then((part) => part.treeState(c)),
      now: async () => (store.newer === null && !practice ? engine.kick(true) : undefined),
      // Fetched when needed: once in a season, on most phones never.
      exportUnsent: async () => (await import("./carry.ts")).exportUnsent(c),
      importFile: async (blob) => (await import("./carry_in.ts")).importFile(c, blob),
      async askPersist() {
        const granted = (await navigator.storage?.persist?.()) ?? false;
        storage.value = await loadStorage(world);
        return granted;
      },
    },
    team: () => {
      team ??= import("./team/team.ts").then((part) => part.makeTeam(c, engine));
      return team;
    },
    around: () => {
      around ??= import("./around.ts").then((part) => part.makeAround(c, engine, drafts));
      return around;
    },
    noticing: () => import("./noticing.ts").then((part) => part.makeNoticing(c)),
    lists: () => import("./lists.ts").then((part) => part.openLists(c)),
    settings: c.settings,
    async changeSettings(change: Partial<Settings>) {
      c.settings.value = { ...c.settings.value, ...change };
      if (store.newer !== null) return;
      await store.use((db) => db.meta.put({ key: "settings", value: c.settings.value }));
      c.bell(); // names of seasons are words of the language
    },
    readNewer() {
      if (c.state.value.kind === "newer_data") c.state.value = { kind: "ready" };
    },
    updates: makeUpdates(c, drafts),
    photoUrl: (photo, size) => photoUrl(c, engine, photo, size),
    reference(name) {
      const found = listIn(c.reference.value, name).filter(isRecord);
      return c.reference.value === null ? null : found;
    },
  };
}

function isRecord(x: unknown): x is { [name: string]: Value } {
  return typeof x === "object" && x !== null && !Array.isArray(x);
}
