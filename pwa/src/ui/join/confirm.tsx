/** "Đây có phải sổ nhà mình không?": the last look before a key is made. */
import { useSignal } from "@preact/signals";
import type { Invite, InviteLook, JoinProblem } from "../../app/types.ts";
import { app } from "../app.ts";
import { Btn, Do, Dock, Icon, Note } from "../pieces/basic.tsx";
import { toast } from "../pieces/overlay.tsx";
import { go, makeHash, place } from "../router.ts";
import { Scene } from "../screens/scene.tsx";
import { phoneName } from "../system.ts";
import { door } from "../words/door.ts";
import { words } from "../words/index.ts";
import { joinText } from "./problems.ts";

/** Whether the person has another phone that nobody ended: the first thing to look at on a new one. */
async function hasOtherPhone(): Promise<boolean> {
  const list = await (await app().mine()).devices();
  return list?.people.some((one) => one.devices.some((device) => device.mayEnd)) ?? false;
}

/** The diary opened with the key, perhaps some time ago: whoever writes already is left where he is. */
export async function settleIn(isHeld: boolean): Promise<void> {
  const isFree = !location.hash.startsWith("#/") || place.value.name === "vao";
  if (isFree) go("#/", true);
  if (isHeld) toast(words.value.confirm_wait);
  else if (isFree && (await hasOtherPhone()) && place.value.name === "") go(makeHash("may"));
}

export function Confirm({ invite, look, notMe }: { invite: Invite; look: InviteLook; notMe: () => void }) {
  const w = door.value;
  const busy = useSignal(false);
  const problem = useSignal<JoinProblem | null>(null);
  const join = async () => {
    busy.value = true;
    problem.value = null;
    const result = await app().joining.join(invite, w.join_label(await phoneName()));
    busy.value = false;
    if (result.ok) await settleIn(result.held);
    else problem.value = result.problem;
  };
  return (
    <>
      <main class="phone">
        <figure class="scene-box">
          <Scene />
        </figure>
        <h1>
          {words.value.join_hello}
          <br />
          {w.join_is_it}
        </h1>
        <section class="card row">
          <span class="picto">
            <Icon name="person" />
          </span>
          <p class="grow">
            <b class="pn">{look.name}</b>
            <span class="under">{look.village}</span>
          </p>
        </section>
        {look.confirm && <p>{w.join_confirm}</p>}
        <ul class="stack promise">
          <Promised icon="nosignal" text={w.join_offline} />
          <Promised icon="lock" text={w.join_no_password} />
          <Promised icon="send" text={w.join_lost} />
        </ul>
        {problem.value !== null && <Note halt>{joinText(problem.value)}</Note>}
        <Btn kind="quiet" onClick={notMe}>
          {w.join_not_me}
        </Btn>
      </main>
      <Dock>
        <Do icon="check" disabled={busy.value} onClick={() => void join()}>
          {busy.value ? words.value.join_working : w.join_yes}
        </Do>
      </Dock>
    </>
  );
}

function Promised({ icon, text }: { icon: string; text: string }) {
  return (
    <li class="row">
      <Icon name={icon} />
      <span>{text}</span>
    </li>
  );
}
