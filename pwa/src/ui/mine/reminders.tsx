/** Reminders of this phone: a switch in the settings, and an offer once the first question was dealt with. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ReminderState } from "../../app/types.ts";
import { app } from "../app.ts";
import { Btn, Icon, Note } from "../pieces/basic.tsx";
import { toast, warn } from "../pieces/overlay.tsx";
import { mine } from "../words/mine.ts";

const own = async () => (await app().mine()).reminders;

/** Switch on, and say what came of it; true: on. */
async function switchOn(): Promise<boolean> {
  const problem = await (await own()).on();
  if (problem === null) toast(mine.value.reminders_on);
  else warn(mine.value[`reminders_${problem}`]);
  return problem === null;
}

export function RemindersPlace() {
  const w = mine.value;
  const state = useSignal<ReminderState | null>(null);
  const busy = useSignal(false);
  const look = async () => {
    state.value = await (await own()).state();
  };
  useEffect(() => void look(), []);
  const turn = async () => {
    busy.value = true;
    if (state.value === "on") {
      await (await own()).off();
      toast(w.reminders_off);
    } else await switchOn();
    await look();
    busy.value = false;
  };
  const now = state.value;
  if (now === null || now === "none") return null;
  return (
    <>
      <button
        type="button"
        class="pick"
        role="switch"
        aria-checked={now === "on"}
        disabled={busy.value}
        onClick={() => void turn()}
      >
        <span class="grow">
          <b>{w.reminders}</b>
          <span class="under">{w.reminders_why}</span>
        </span>
        <span class="switch" aria-hidden="true">
          <span />
        </span>
      </button>
      {now === "denied" && <Note>{w.reminders_denied}</Note>}
    </>
  );
}

/** Offered once: whoever puts it away finds it in the settings. */
export function RemindersOffer() {
  const w = mine.value;
  const shown = useSignal(false);
  const busy = useSignal(false);
  useEffect(
    () =>
      void own()
        .then((one) => one.mayOffer())
        .then((may) => {
          shown.value = may;
        }),
    [],
  );
  if (!shown.value) return null;
  const end = async (yes: boolean) => {
    busy.value = true;
    const isOn = !yes || (await switchOn());
    if (isOn) await (await own()).skip();
    shown.value = !isOn;
    busy.value = false;
  };
  return (
    <section class="card done stack">
      <p class="row top-line">
        <Icon name="clock" size="l" />
        <span class="grow">
          <b>{w.reminders_offer}</b>
          <span class="under ink">{w.reminders_why}</span>
        </span>
      </p>
      <div class="duo">
        <Btn disabled={busy.value} onClick={() => void end(true)}>
          {w.reminders_yes}
        </Btn>
        <Btn kind="quiet" disabled={busy.value} onClick={() => void end(false)}>
          {w.passkey_skip}
        </Btn>
      </div>
    </section>
  );
}
