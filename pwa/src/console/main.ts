/** The script of the cooperative's pages: enters, signs, sends. The pages are drawn by the server. */
import "./console.css";
import { knowDomain } from "../net/passkeys.ts";
import { acts } from "./acts.ts";
import { charting } from "./charting.ts";
import type { Desk } from "./desk.ts";
import { arrived, enter } from "./enter.ts";
import { importing } from "./importing.ts";
import { inspection } from "./inspecting.ts";
import { inviting } from "./inviting.ts";
import { landMap } from "./mapping.ts";
import { all, one } from "./page.ts";
import { account, firstPasskey } from "./passkeys.ts";
import { keys } from "./reviewing.ts";

const desk: Desk = {
  fetch: (url, init) => fetch(url, init),
  now: () => Date.now(),
  crypto,
  indexedDB,
  lock: async (name, work) => navigator.locks.request(name, work),
};

/** On a phone's width the filter is folded until somebody wants it. */
function foldFilter(): void {
  const filter = one<HTMLDetailsElement>("details.narrow");
  if (filter !== null && matchMedia("(max-width: 760px)").matches) filter.open = false;
}

/** Another farm has other seasons and plots: the list is asked for anew at once. */
function narrowAtOnce(): void {
  for (const form of all<HTMLFormElement>("form[data-narrow]")) {
    one("select[name=farm]", form)?.addEventListener("change", () => {
      for (const name of ["season", "plot"]) one(`select[name=${name}]`, form)?.setAttribute("disabled", "");
      form.requestSubmit();
    });
  }
}

foldFilter();
narrowAtOnce();
one("[data-paper]")?.addEventListener("click", () => print());
knowDomain(document.body.dataset.rp ?? "");
const page = document.body.dataset.page;
if (page === "enter") void enter(desk);
else {
  arrived();
  if (page === "passkey") void firstPasskey(desk);
  else {
    inviting(desk);
    importing(desk);
    void acts(desk);
  }
  if (page === "account") account(desk);
  if (page === "inbox") keys();
  if (page === "map") landMap();
  if (page === "inspection") inspection();
  if (page === "sensor") charting();
}
