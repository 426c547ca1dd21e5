/** The one app of the page, set by main.ts before anything is drawn. Screens call `app()`. */
import type { App } from "../app/types.ts";

let held: App | null = null;

export function setApp(made: App): void {
  held = made;
}

export function app(): App {
  if (held === null) throw new Error("setApp comes first");
  return held;
}
