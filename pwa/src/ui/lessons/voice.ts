/** Reading out with the phone's own voice: slowly, in the language of the words, without coverage where it can. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { language } from "../words/index.ts";

const RATE = 0.8; // slow enough for somebody who listens and looks; people.md §13.1
/** Voices come a moment after they are first asked for. */
const WAIT_MS = 1500;

export type Voice = SpeechSynthesisVoice | "none" | null;

const synthesis = (): SpeechSynthesis | null =>
  "speechSynthesis" in globalThis ? globalThis.speechSynthesis : null;

function find(): SpeechSynthesisVoice | null {
  const all = (synthesis()?.getVoices() ?? []).filter((one) =>
    one.lang.toLowerCase().startsWith(language.value),
  );
  return all.find((one) => one.localService) ?? all[0] ?? null;
}

/** The voice of this phone: null while it is looked for, "none" where it has none for the language. */
export function useVoice(): Signal<Voice> {
  const voice = useSignal<Voice>(null);
  useEffect(() => {
    const from = synthesis();
    const look = () => {
      voice.value = find() ?? voice.value;
    };
    look();
    from?.addEventListener("voiceschanged", look);
    const timer = setTimeout(() => {
      voice.value ??= "none";
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      from?.removeEventListener("voiceschanged", look);
    };
  }, [language.value]);
  return voice;
}

/** Read a text out; true where it began. */
export function speak(voice: Voice, text: string, ended: () => void): boolean {
  const from = synthesis();
  if (from === null || voice === null || voice === "none" || text === "") return false;
  from.cancel();
  const said = new SpeechSynthesisUtterance(text);
  said.voice = voice;
  said.lang = voice.lang;
  said.rate = RATE;
  said.onend = ended;
  said.onerror = ended;
  from.speak(said);
  return true;
}

export function hush(): void {
  synthesis()?.cancel();
}
