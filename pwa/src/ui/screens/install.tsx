/** Putting the book on the home screen: offered after the first saved entry, never on load. */
import { signal } from "@preact/signals";
import { Btn, Icon } from "../pieces/basic.tsx";
import { isInstalled, isIos } from "../system.ts";
import { words } from "../words/index.ts";

interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
}

const ready = signal<InstallEvent | null>(null);
const offered = signal(false);

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

/** From now on the card may show. */
export function offerInstall(): void {
  offered.value = true;
}

export function InstallOffer({ always = false }: { always?: boolean }) {
  const w = words.value;
  const event = ready.value;
  if ((!always && !offered.value) || isInstalled() || (event === null && !isIos())) return null;
  const install = async () => {
    ready.value = null;
    await event?.prompt();
  };
  return (
    <section class="card done stack">
      <p class="row top-line">
        <Icon name="install" size="l" />
        <span class="grow">
          <b>{w.install_title}</b>
          <span class="under ink">{event === null ? w.install_ios : w.install_why}</span>
        </span>
      </p>
      <div class="duo">
        {event !== null && <Btn onClick={() => void install()}>{w.install}</Btn>}
        {!always && (
          <Btn
            kind="quiet"
            onClick={() => {
              offered.value = false;
            }}
          >
            {w.later}
          </Btn>
        )}
      </div>
    </section>
  );
}
