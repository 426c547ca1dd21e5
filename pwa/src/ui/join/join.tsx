/** Joining: the invitation from the address, scanned, pasted or typed; whose book it is; one button. No account. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { HeldBefore, Invite, InviteLook, JoinProblem } from "../../app/types.ts";
import { app } from "../app.ts";
import { Scene } from "../screens/scene.tsx";
import { isInstalled, isIos } from "../system.ts";
import { door } from "../words/door.ts";
import { words } from "../words/index.ts";
import { Confirm } from "./confirm.tsx";
import { Enter } from "./enter.tsx";
import { IosFirst } from "./ios.tsx";

/** Problems that trying again may mend. */
const AGAIN = new Set<JoinProblem>(["no_connection", "too_many_tries", "server"]);

export function JoinScreen({ href, before = null }: { href: string; before?: HeldBefore | null }) {
  const found = app().joining.parseAddress(href);
  const invite = useSignal<Invite | null>(
    found !== null && found.secret !== null ? { id: found.id, secret: found.secret } : null,
  );
  const look = useSignal<InviteLook | null>(null);
  const problem = useSignal<JoinProblem | null>(null);
  const stranger = useSignal(false);
  const ask = async () => {
    if (invite.value === null || (isIos() && !isInstalled())) return;
    problem.value = null;
    const result = await app().joining.look(invite.value);
    if (result.ok) look.value = result.look;
    else problem.value = result.problem;
  };
  useEffect(() => void ask(), [invite.value]);
  const w = door.value;
  // What Safari itself keeps goes after seven days: no key is made there.
  if (isIos() && !isInstalled()) return <IosFirst isInvited={found !== null} />;
  if (stranger.value) return <Saying title={w.join_not_me} text={w.join_not_me_how} />;
  if (invite.value !== null && look.value !== null) {
    return (
      <Confirm
        invite={invite.value}
        look={look.value}
        notMe={() => {
          stranger.value = true;
        }}
      />
    );
  }
  if (invite.value !== null && problem.value === null)
    return <Saying title={words.value.join_hello} text={w.join_looking} />;
  return (
    <Enter
      id={found?.id ?? ""}
      before={before}
      problem={problem.value}
      again={problem.value !== null && AGAIN.has(problem.value) ? () => void ask() : null}
      enter={(next) => {
        look.value = null;
        problem.value = null;
        invite.value = next;
      }}
    />
  );
}

function Saying({ title, text }: { title: string; text: string }) {
  return (
    <main class="phone">
      <figure class="scene-box">
        <Scene />
      </figure>
      <h1>{title}</h1>
      <p role="status">{text}</p>
    </main>
  );
}
