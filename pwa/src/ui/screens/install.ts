/** The browser's own offer of a place on the home screen is kept; what is made of it comes after the first entry. */
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";

interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
}

export const ready = signal<InstallEvent | null>(null);
export const offered = signal(false);
/** The cards of `offers.tsx`, once they are here. */
export const cards = signal<ComponentType | null>(null);

function isInstallEvent(event: Event): event is InstallEvent {
  return typeof Reflect.get(event, "prompt") === "function";
}

/** Keep the browser's own offer for later; call once at the start. */
export function watchInstall(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    if (isInstallEvent(event)) ready.value = event;
  });
}

/** An entry was saved: from now on the cards may show. */
export function offerInstall(): void {
  offered.value = true;
  void import("./offers.tsx")
    .then((part) => {
      cards.value = part.Offers;
      return part.lookForPasskey();
    })
    .catch(() => undefined); // not on the phone yet: the next entry offers it
}
