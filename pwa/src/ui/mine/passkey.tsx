/** The offer of a passkey: a card that never stands in the way, and its place in the settings. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { PasskeyState } from "../../app/types.ts";
import { app } from "../app.ts";
import { Btn, Icon, Note } from "../pieces/basic.tsx";
import { toast, warn } from "../pieces/overlay.tsx";
import { phoneName } from "../system.ts";
import { mine } from "../words/mine.ts";

/** Whether the card should show now. */
export async function mayOffer(): Promise<boolean> {
  return (await (await app().mine()).passkey()) === "offer";
}

async function make(): Promise<void> {
  const problem = await (await app().mine()).makePasskey(mine.value.passkey_label(await phoneName()));
  if (problem === null) toast(mine.value.passkey_made);
  // Turning away is no mistake (platform.md §5.2): nothing is said about it.
  else if (problem !== "cancelled") warn(mine.value.passkey_not);
}

/** `skip`: the card can be put away for a month. */
export function PasskeyCard({ done, skip }: { done: () => void; skip: boolean }) {
  const w = mine.value;
  const busy = useSignal(false);
  return (
    <section class="card done stack">
      <p class="row top-line">
        <Icon name="lock" size="l" />
        <span class="grow">
          <b>{w.passkey_title}</b>
          <span class="under ink">{w.passkey_why}</span>
        </span>
      </p>
      <div class="duo">
        <Btn
          disabled={busy.value}
          onClick={() => {
            busy.value = true;
            void make().finally(done);
          }}
        >
          {w.passkey_make}
        </Btn>
        {skip && (
          <Btn
            kind="quiet"
            onClick={() =>
              void app()
                .mine()
                .then((own) => own.skipPasskey())
                .then(done)
            }
          >
            {w.passkey_skip}
          </Btn>
        )}
      </div>
    </section>
  );
}

/** Where a person looks for it: made, to be made, or why not. */
export function PasskeyPlace() {
  const w = mine.value;
  const state = useSignal<PasskeyState>("none");
  const look = async () => {
    state.value = await (await app().mine()).passkey();
  };
  useEffect(() => void look(), []);
  if (state.value === "no_lock") return <Note>{w.passkey_no_lock}</Note>;
  if (state.value === "made")
    return (
      <p class="okline">
        <Icon name="check" />
        {w.passkey_made}
      </p>
    );
  return state.value === "none" ? null : <PasskeyCard done={() => void look()} skip={false} />;
}
