/** The whole page: which screen for the app's state and the place, with toast and sheets over it. */
import { useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { app } from "./app.ts";
import { Lazy } from "./form/lazy.tsx";
import { Sheets, Toast } from "./pieces/overlay.tsx";
import { go, place } from "./router.ts";
import { DiaryScreen } from "./screens/diary.tsx";
import { EntryScreen } from "./screens/entry.tsx";
import { FarmScreen, PlotScreen, SeasonScreen } from "./screens/farm.tsx";
import { FormScreen } from "./screens/form.tsx";
import { Gate } from "./screens/gate.tsx";
import { HomeScreen } from "./screens/home.tsx";
import { JoinScreen, Preparing } from "./screens/join.tsx";
import { RecordScreen } from "./screens/record.tsx";
import { draftHash } from "./screens/rows.tsx";
import { SendScreen } from "./screens/send.tsx";
import { language } from "./words/index.ts";

const loadSettings = () => import("./screens/settings.tsx").then((part) => part.SettingsScreen);
const opened = location.href;
let resumed = false;

export function Root() {
  useHidden();
  useSignalEffect(() => {
    const settings = app().settings.value;
    language.value = settings.language;
    document.documentElement.lang = settings.language;
    document.documentElement.dataset.letters = settings.letters;
  });
  useSignalEffect(() => {
    // The camera killed the page: straight back into the form, once.
    const draft = app().drafts.toResume.value;
    if (draft === null || resumed || app().state.value.kind !== "ready") return;
    resumed = true;
    go(draftHash(draft.id));
  });
  return (
    <>
      <Screen />
      <Toast />
      <Sheets />
    </>
  );
}

function Screen() {
  const state = app().state.value;
  const invited = app().joining.parseAddress(opened) !== null;
  if (state.kind === "unjoined") return <JoinScreen href={opened} />;
  if (state.kind !== "ready") return <Gate state={state} />;
  const { name, parts } = place.value;
  if (app().people.farm.value === null && name === "") return <Preparing />;
  const first = parts[0] ?? "";
  switch (name) {
    case "ghi":
      return <RecordScreen key={first} start={first === "" ? null : first} />;
    case "ghi-to":
      return <FormScreen key={first} id={first} />;
    case "nhat-ky":
      return <DiaryScreen />;
    case "dong":
      return <EntryScreen key={first} doc={first} />;
    case "ruong":
      return <FarmScreen />;
    case "thua":
      return <PlotScreen key={first} doc={first} />;
    case "vu":
      return <SeasonScreen key={first} doc={first} />;
    case "gui":
      return <SendScreen />;
    case "cai-dat":
      return <Lazy load={loadSettings} props={{}} />;
    case "vao":
      return <JoinScreen href={invited ? opened : ""} />;
    default:
      return <HomeScreen />;
  }
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
