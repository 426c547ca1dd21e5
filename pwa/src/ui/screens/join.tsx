/** Joining: the invitation from the address or typed, whose book it is, one button. No account, no password. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Invite, InviteLook, JoinProblem } from "../../app/types.ts";
import { app } from "../app.ts";
import { Btn, Do, Dock, Icon, Note } from "../pieces/basic.tsx";
import { toast } from "../pieces/overlay.tsx";
import { go, makeHash, place } from "../router.ts";
import { words } from "../words/index.ts";
import { Scene } from "./scene.tsx";

export function joinText(problem: JoinProblem): string {
  const w = words.value;
  const texts: Record<JoinProblem, string> = {
    no_connection: w.join_no_connection,
    invite_unknown: w.join_unknown,
    invite_used: w.join_used,
    invite_expired: w.join_expired,
    key_in_use: w.join_key_in_use,
    bad_key: w.join_bad_key,
    too_many_tries: w.join_tries,
    no_key_here: w.join_no_key,
    server: w.join_server,
  };
  return texts[problem];
}

/** Problems that trying again may mend. */
const AGAIN = new Set<JoinProblem>(["no_connection", "too_many_tries", "server"]);

export function JoinScreen({ href }: { href: string }) {
  const found = app().joining.parseAddress(href);
  const invite = useSignal<Invite | null>(
    found !== null && found.secret !== null ? { id: found.id, secret: found.secret } : null,
  );
  const look = useSignal<InviteLook | null>(null);
  const problem = useSignal<JoinProblem | null>(null);
  const stranger = useSignal(false);
  const ask = async () => {
    if (invite.value === null) return;
    problem.value = null;
    const result = await app().joining.look(invite.value);
    if (result.ok) look.value = result.look;
    else problem.value = result.problem;
  };
  useEffect(() => void ask(), [invite.value]);
  const forget = () => {
    invite.value = null;
    look.value = null;
    problem.value = null;
  };
  const w = words.value;
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
    return <Saying title={w.join_hello} text={w.join_looking} />;
  return (
    <Enter
      id={found?.id ?? ""}
      problem={problem.value}
      again={problem.value !== null && AGAIN.has(problem.value) ? () => void ask() : null}
      enter={(next) => {
        forget();
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

/** Joined, but which farm's book it is comes with the first answer: until then there is nothing to write in. */
export function Preparing() {
  const w = words.value;
  const { connection } = app().sync.status.value;
  const waits = connection === "sending" || connection === "idle";
  return (
    <>
      <main class="phone">
        <figure class="scene-box">
          <Scene />
        </figure>
        <h1>{app().people.current.value?.name ?? w.join_hello}</h1>
        <p role="status">{waits ? w.join_working : w.join_once_more}</p>
        <a class="btn quiet" href={makeHash("cai-dat")}>
          {w.settings}
        </a>
      </main>
      <Dock>
        <Do icon="repeat" disabled={connection === "sending"} onClick={() => void app().sync.now()}>
          {w.join_again}
        </Do>
      </Dock>
    </>
  );
}

function Confirm({ invite, look, notMe }: { invite: Invite; look: InviteLook; notMe: () => void }) {
  const w = words.value;
  const busy = useSignal(false);
  const problem = useSignal<JoinProblem | null>(null);
  const join = async () => {
    busy.value = true;
    problem.value = null;
    const result = await app().joining.join(invite, w.join_label(systemName()));
    busy.value = false;
    if (!result.ok) {
      problem.value = result.problem;
      return;
    }
    // The diary opened with the key, perhaps some time ago: whoever writes already is left where he is.
    if (!location.hash.startsWith("#/") || place.value.name === "vao") go("#/", true);
    if (result.held) toast(w.confirm_wait);
  };
  return (
    <>
      <main class="phone">
        <figure class="scene-box">
          <Scene />
        </figure>
        <h1>
          {w.join_hello}
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
          {busy.value ? w.join_working : w.join_yes}
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

function systemName(): string {
  if (/Android/.test(navigator.userAgent)) return "Android";
  return /iPhone|iPad/.test(navigator.userAgent) ? "iPhone" : "";
}

interface EnterProps {
  id: string;
  problem: JoinProblem | null;
  again: (() => void) | null;
  enter: (invite: Invite) => void;
}

/** Without an address that carries a secret: the link or number, and the code that a person reads out. */
function Enter({ id, problem, again, enter }: EnterProps) {
  const w = words.value;
  const link = useSignal(problem === null ? id : "");
  const code = useSignal("");
  const open = () => {
    const text = link.value.trim();
    const parsed = app().joining.parseAddress(text);
    if (parsed !== null && parsed.secret !== null) return enter({ id: parsed.id, secret: parsed.secret });
    return enter({ id: parsed?.id ?? text, code: code.value.replace(/[\s-]/g, "").toUpperCase() });
  };
  const whole = app().joining.parseAddress(link.value.trim())?.secret;
  const ready =
    link.value.trim() !== "" && ((whole !== undefined && whole !== null) || code.value.trim().length >= 6);
  return (
    <>
      <main class="phone">
        <figure class="scene-box">
          <Scene />
        </figure>
        <h1>{w.join_welcome}</h1>
        <p>{w.join_welcome_how}</p>
        {problem !== null && <Note halt>{joinText(problem)}</Note>}
        {again !== null && (
          <Btn icon="repeat" onClick={again}>
            {w.join_again}
          </Btn>
        )}
        {(id === "" || problem !== null) && (
          <label class="field">
            <span class="label">{w.join_link}</span>
            <input
              class="pick text"
              type="text"
              autocapitalize="off"
              autocomplete="off"
              value={link.value}
              onInput={(event) => {
                link.value = event.currentTarget.value;
              }}
            />
          </label>
        )}
        <label class="field">
          <span class="label">{w.join_code}</span>
          <input
            class="pick text code"
            type="text"
            autocapitalize="characters"
            autocomplete="one-time-code"
            maxLength={12}
            value={code.value}
            onInput={(event) => {
              code.value = event.currentTarget.value;
            }}
          />
          <span class="help">{w.join_code_how}</span>
        </label>
      </main>
      <Dock>
        <Do icon="check" disabled={!ready} onClick={open}>
          {w.join_open}
        </Do>
      </Dock>
    </>
  );
}
