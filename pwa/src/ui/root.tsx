/** The whole page: which screen for the app's state and the place, with toast and sheets over it. */
import { useSignalEffect } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { app } from "./app.ts";
import { Lazy } from "./form/lazy.tsx";
import { whenIdle } from "./idle.ts";
import { Sheets, Toast } from "./pieces/overlay.tsx";
import { go, place } from "./router.ts";
import { DiaryScreen } from "./screens/diary.tsx";
import { HomeScreen } from "./screens/home.tsx";
import { draftHash } from "./screens/rows.tsx";
import { language, words } from "./words/index.ts";

// What nobody sees first comes when it is looked at: the first load is short, the rest waits on the phone.
const loadEntry = () => import("./screens/entry.tsx").then((part) => part.EntryScreen);
const loadForm = () => import("./screens/form.tsx").then((part) => part.FormScreen);
const loadRecord = () => import("./screens/record.tsx").then((part) => part.RecordScreen);
const loadFarm = () => import("./screens/farm.tsx").then((part) => part.FarmScreen);
const loadPlot = () => import("./screens/farm.tsx").then((part) => part.PlotScreen);
const loadSeason = () => import("./screens/farm.tsx").then((part) => part.SeasonScreen);
const loadStock = () => import("./stock/screen.tsx").then((part) => part.StockScreen);
const loadInspections = () => import("./inspections/screen.tsx").then((part) => part.InspectionsScreen);
const loadSend = () => import("./screens/send.tsx").then((part) => part.SendScreen);
const loadJoin = () => import("./join/join.tsx").then((part) => part.JoinScreen);
const loadFork = () => import("./screens/fork.tsx").then((part) => part.ForkBanner);
const loadPractice = () => import("./practice/banner.tsx").then((part) => part.PracticeBanner);
const loadGate = () => import("./screens/gate.tsx").then((part) => part.Gate);
/** What a person looks after about himself, by the name of its place. */
const MINE: { [place: string]: () => Promise<ComponentType> } = {
  may: () => import("./mine/phones.tsx").then((part) => part.PhonesScreen),
  roi: () => import("./mine/leave.tsx").then((part) => part.LeaveScreen),
  "dong-y": () => import("./mine/consents.tsx").then((part) => part.ConsentsScreen),
};
const loadTeam = () => import("./screens/team/places.tsx").then((part) => part.TeamPlace);
const loadPreparing = () => import("./screens/preparing.tsx").then((part) => part.Preparing);
const loadBeside = () => import("./around/beside.tsx").then((part) => part.Beside);
const loadSettings = () => import("./screens/settings.tsx").then((part) => part.SettingsScreen);
/** What a tap opens next is fetched while nobody waits for it. */
function fetchNext(): void {
  for (const load of [loadRecord, loadForm, loadEntry, loadFarm, loadSend])
    void load().catch(() => undefined);
  // Each form is read when it is asked for: the first tap that needs them all does not wait for it.
  whenIdle(async () => void app().activities.forms.value.values());
}
const opened = location.href;
let resumed = false;

export function Root() {
  useHidden();
  useEffect(() => void setTimeout(fetchNext, 1500), []);
  useSignalEffect(() => {
    const settings = app().settings.value;
    language.value = settings.language;
    document.documentElement.lang = settings.language;
    document.documentElement.dataset.letters = settings.letters;
  });
  useSignalEffect(() => {
    // The camera killed the page: straight back into the form, once.
    const draft = app().drafts.toResume.value;
    if (draft === null || resumed || isInvited() || app().state.value.kind !== "ready") return;
    resumed = true;
    go(draftHash(draft.id));
  });
  return (
    <>
      {app().practice && <Lazy load={loadPractice} props={{}} />}
      {app().sync.status.value.forked && <Lazy load={loadFork} props={{}} />}
      <Screen />
      <Toast />
      <Sheets />
    </>
  );
}

/** Opened by an invitation that nobody on this phone used yet: one more person joins. */
function isInvited(): boolean {
  // The address as it is now: a link may be followed in the page that is open already.
  const found = app().joining.parseAddress(location.href);
  return found !== null && !location.hash.startsWith("#/") && !app().joining.isJoined(found.id);
}

function Screen() {
  const state = app().state.value;
  if (state.kind === "starting") return <Starting />;
  const { name, parts } = place.value;
  if (state.kind === "unjoined") {
    // A link followed in the page that is open already counts like the one that it was opened with.
    const href = app().joining.parseAddress(location.href) === null ? opened : location.href;
    return <Lazy key={href} load={loadJoin} props={{ href, before: state.before }} />;
  }
  if (state.kind !== "ready") return <Lazy key="gate" load={loadGate} props={{ state }} />;
  if (isInvited()) {
    return (
      <>
        <Lazy key={location.href} load={loadJoin} props={{ href: location.href }} />
        <a class="btn quiet" href="#/">
          {words.value.back}
        </a>
      </>
    );
  }
  const helps = app().people.helps.value;
  if (app().people.farm.value === null && name === "" && !helps)
    return <Lazy key="cho" load={loadPreparing} props={{}} />;
  const [first = "", second = ""] = parts;
  const own = app().practice ? undefined : MINE[name];
  if (own !== undefined) return <Lazy key={name} load={own} props={{}} />;
  if (helps && isHelpers(name)) return <Lazy key="ba-con" load={loadTeam} props={{ name, first }} />;
  switch (name) {
    case "ghi":
      return <Lazy key={`ghi ${first}`} load={loadRecord} props={{ start: first === "" ? null : first }} />;
    case "ghi-to":
      return <Lazy key={first} load={loadForm} props={{ id: first }} />;
    case "nhat-ky":
      return <DiaryScreen />;
    case "dong":
      return <Lazy key={first} load={loadEntry} props={{ doc: first }} />;
    case "ruong":
      return <Lazy key="ruong" load={loadFarm} props={{}} />;
    case "thua":
      return <Lazy key={first} load={loadPlot} props={{ doc: first }} />;
    case "vu":
      return <Lazy key={first} load={loadSeason} props={{ doc: first }} />;
    case "kho":
      return <Lazy key="kho" load={loadStock} props={{}} />;
    case "kiem-tra":
      return <Lazy key={`kt ${first}`} load={loadInspections} props={{ doc: first }} />;
    case "gui":
      return <Lazy key="gui" load={loadSend} props={{}} />;
    case "cai-dat":
      return <Lazy key="cai-dat" load={loadSettings} props={{}} />;
    case "vao":
      return <Lazy key="vao" load={loadJoin} props={{ href: "" }} />;
    case "":
      return <HomeScreen />;
    default:
      return <Lazy key={name} load={loadBeside} props={{ name, first, second }} />;
  }
}

function Starting() {
  return (
    <main class="phone">
      <p class="help" role="status">
        {words.value.starting}
      </p>
    </main>
  );
}

/** To somebody who helps, his list stands for the day, and no diary opens before a household was chosen. */
function isHelpers(name: string): boolean {
  const needsFarm = name === "ghi" || name === "nhat-ky" || name === "ruong";
  return ["", "ho", "them-ho", "moi"].includes(name) || (needsFarm && app().people.farm.value === null);
}

/** Keep what is typed when the page goes out of sight. */
function useHidden(): void {
  useEffect(() => {
    const hide = () => {
      if (document.visibilityState === "hidden") void app().hidden();
    };
    document.addEventListener("visibilitychange", hide);
    return () => document.removeEventListener("visibilitychange", hide);
  }, []);
}
