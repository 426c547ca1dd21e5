/** What comes over a screen: the toast and the sheets. Back, the dim and the cross close a sheet alike. */
import { effect, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { openOverlay, place } from "../router.ts";
import { words } from "../words/index.ts";
import { Icon } from "./basic.tsx";

interface ToastText {
  text: string;
  icon: string;
  action?: { word: string; run: () => void; undo?: true };
}

const shown = signal<ToastText | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;
const SAID_MS = 4000;
const UNDO_MS = 8000;

function show(next: ToastText): void {
  clearTimeout(timer);
  shown.value = next;
  timer = setTimeout(hush, next.action?.undo === true ? UNDO_MS : SAID_MS);
}

function hush(): void {
  shown.value = null;
}

// Where the person went on, what was said is in the way; an undo stays until its time is over.
effect(() => {
  if (place.value && shown.peek()?.action?.undo !== true) hush();
});

/** Say something for four seconds (eight with an undo), with at most one thing to do. */
export function toast(text: string, action?: ToastText["action"]): void {
  show(action === undefined ? { text, icon: "check" } : { text, icon: "check", action });
}

/** Say what did not go, where no place of its own shows it. */
export function warn(text: string): void {
  show({ text, icon: "warn" });
}

export function Toast() {
  const now = shown.value;
  return (
    <div class="toast-place" role="status" aria-live="polite">
      {now !== null && (
        <div class="toast">
          <Icon name={now.icon} />
          <span class="grow">{now.text}</span>
          {now.action !== undefined && (
            <button
              type="button"
              onClick={() => {
                shown.value = null;
                now.action?.run();
              }}
            >
              {now.action.word}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

type Draw = (close: () => void) => ComponentChildren;
interface Open {
  label: string;
  full: boolean;
  draw: Draw;
  close: () => void;
}
const sheet = signal<Open | null>(null);

/** Open a sheet; `draw` gets what closes it. `full` covers the screen (camera, boundary). */
export function openSheet(label: string, draw: Draw, full = false): void {
  const close = openOverlay(() => {
    sheet.value = null;
  });
  hush(); // it would lie over the keys
  sheet.value = { label, draw, full, close };
}

/** Close the sheet from outside, for example when a picture was taken. */
export function closeSheet(): void {
  sheet.value?.close();
}

/** The open sheet as a modal dialog: the focus goes in and comes back, Escape closes. */
export function Sheets() {
  const now = sheet.value;
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (now === null) return;
    const before = document.activeElement;
    box.current?.focus();
    const keep = (event: KeyboardEvent) => {
      if (event.key === "Escape") now.close();
    };
    addEventListener("keydown", keep);
    document.documentElement.classList.add("held-still");
    return () => {
      removeEventListener("keydown", keep);
      document.documentElement.classList.remove("held-still");
      if (before instanceof HTMLElement) before.focus();
    };
  }, [now]);
  if (now === null) return null;
  return (
    <>
      <div class="dim" onClick={now.close} aria-hidden="true" />
      <section
        class={now.full ? "sheet full" : "sheet"}
        role="dialog"
        aria-modal="true"
        aria-label={now.label}
        tabIndex={-1}
        ref={box}
      >
        <div class="sheet-head">
          <h2>{now.label}</h2>
          <button type="button" class="icon-btn" aria-label={words.value.close} onClick={now.close}>
            <Icon name="x" />
          </button>
        </div>
        {now.draw(now.close)}
      </section>
    </>
  );
}

export interface Option {
  value: string;
  text: string;
  help?: string;
  icon?: string;
}

/** A sheet with one choice; a tap chooses and closes. */
export function chooseOne(
  label: string,
  options: readonly Option[],
  chosen: string | null,
  then: (value: string) => void,
): void {
  openSheet(label, (close) => (
    <div class="stack scroll" role="radiogroup" aria-label={label}>
      {options.map((one) => (
        <Choice
          key={one.value}
          option={one}
          checked={one.value === chosen}
          role="radio"
          onClick={() => {
            then(one.value);
            close();
          }}
        />
      ))}
    </div>
  ));
}

/** One line of a choice: mark, words, pictogram. */
export function Choice(props: {
  option: Option;
  checked: boolean;
  role: "radio" | "checkbox";
  onClick: () => void;
}) {
  const { option } = props;
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: the role is radio or checkbox, both take it
    <button
      type="button"
      class="choice"
      role={props.role}
      aria-checked={props.checked}
      onClick={props.onClick}
    >
      <span class="mark">
        <Icon name="check" />
      </span>
      <span class="grow">
        <b>{option.text}</b>
        {option.help !== undefined && option.help !== "" && <span class="under">{option.help}</span>}
      </span>
      {option.icon !== undefined && <Icon name={option.icon} size="l" />}
    </button>
  );
}
