/** Tập ghi thử: into it, the banner on every screen while it lasts, and out of it again. */
import { render } from "preact";
import { createApp } from "../../app/app.ts";
import { forgetPractice, furnish, practiceWorld } from "../../app/practice.ts";
import type { App } from "../../app/types.ts";
import { browserWorld } from "../../net/browser_world.ts";
import { app, setApp } from "../app.ts";
import { Root } from "../root.tsx";
import { go } from "../router.ts";
import { practiceWords } from "../words/practice.ts";
import "./practice.css";

/** The real app while somebody practises: it goes on by itself, and is there again afterwards. */
let real: App | null = null;

function draw(shown: App): void {
  const place = document.getElementById("app");
  if (place === null) return;
  render(null, place);
  setApp(shown);
  go("#/", true);
  render(<Root />, place);
}

/** Make a household to practise on and show it; what is open of the real diary is kept as a draft. */
export async function practise(): Promise<void> {
  if (real !== null) return;
  const before = app();
  await before.hidden();
  const world = practiceWorld(browserWorld());
  await furnish(world, practiceWords.value.names, { products: before.reference("products") ?? [] });
  const made = createApp(world);
  await made.start();
  await made.changeSettings(before.settings.value);
  real = before;
  document.documentElement.dataset.practice = "";
  draw(made);
}

/** Back to the real diary; what was practised is gone. */
export async function leavePractice(): Promise<void> {
  if (real === null) return;
  const made = app();
  made.stop();
  const back = real;
  real = null;
  delete document.documentElement.dataset.practice;
  draw(back);
  await forgetPractice(browserWorld());
}

export function PracticeBanner() {
  const w = practiceWords.value;
  return (
    <aside class="practice-banner" aria-label={w.banner}>
      <p>
        <b>{w.banner}</b>
        <span>{w.banner_why}</span>
      </p>
      <button type="button" class="btn fit" onClick={() => void leavePractice()}>
        {w.leave}
      </button>
    </aside>
  );
}
