/** What is offered after the first saved entry: a place on the home screen, then a passkey; never both at once. */

import { signal } from "@preact/signals";
import { mayOffer, PasskeyCard } from "../mine/passkey.tsx";
import { Btn, Icon } from "../pieces/basic.tsx";
import { isInstalled, isIos } from "../system.ts";
import { words } from "../words/index.ts";
import { offered, ready } from "./install.ts";

const passkey = signal(false);

/** An entry was saved: look whether a passkey can be offered. */
export async function lookForPasskey(): Promise<void> {
  passkey.value = await mayOffer();
}

export function Offers() {
  if (hasInstallOffer()) return <InstallOffer />;
  if (!passkey.value) return null;
  return (
    <PasskeyCard
      skip
      done={() => {
        passkey.value = false;
      }}
    />
  );
}

const hasInstallOffer = (): boolean => offered.value && !isInstalled() && (ready.value !== null || isIos());

export function InstallOffer({ always = false }: { always?: boolean }) {
  const w = words.value;
  const event = ready.value;
  if (always ? isInstalled() || (event === null && !isIos()) : !hasInstallOffer()) return null;
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
