/** Put the screens on the page. */
import "../shared/tokens.css";
import "../shared/pieces.css";
import "./screens.css";
import { render } from "preact";
import type { App } from "../app/types.ts";
import { setApp } from "./app.ts";
import { Root } from "./root.tsx";
import { startRouter } from "./router.ts";
import { watchInstall } from "./screens/install.ts";

export function mount(app: App, place: HTMLElement): void {
  setApp(app);
  startRouter();
  watchInstall();
  place.replaceChildren();
  render(<Root />, place);
}
