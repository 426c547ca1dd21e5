/** Full screens that say one thing: wrong browser, private window, blocked, newer data, broken storage. */
import { useSignal } from "@preact/signals";
import type { AppState } from "../../app/types.ts";
import { app } from "../app.ts";
import { Btn, Icon } from "../pieces/basic.tsx";
import { copyText, isIos } from "../system.ts";
import { door } from "../words/door.ts";
import { words } from "../words/index.ts";

export function Gate({ state }: { state: AppState }) {
  const w = door.value;
  switch (state.kind) {
    case "insecure":
      return <Say icon="lock" title={w.insecure_title} text={w.insecure} />;
    case "in_app_browser":
      return <InApp state={state} />;
    case "private_window":
      return <Say icon="lock" title={w.private_title} text={w.private} copy />;
    case "blocked":
      return <Say icon="stop" title={w.blocked_title} text={w.blocked} again />;
    case "newer_data":
      return <Say icon="repeat" title={w.newer_title} text={w.newer} again read />;
    case "storage_broken":
      return <Say icon="stop" title={w.broken_title} text={w.broken} again detail={state.detail} />;
    case "too_old":
      return <Say icon="mobile" title={w.old_title} text={w.old} copy />;
    default:
      return null; // the root draws these
  }
}

function Say(props: {
  icon: string;
  title: string;
  text: string;
  again?: boolean;
  /** Offer to look at what there is: nothing is written or sent. */
  read?: boolean;
  copy?: boolean;
  detail?: string;
}) {
  const w = door.value;
  const updates = app().updates;
  return (
    <main class="phone gate">
      <Icon name={props.icon} size="xl" />
      <h1>{props.title}</h1>
      <p>{props.text}</p>
      {props.again === true && (
        <Btn
          icon="repeat"
          onClick={() => (updates.available.value ? void updates.apply() : location.reload())}
        >
          {updates.available.value ? words.value.update : words.value.join_again}
        </Btn>
      )}
      {props.read === true && (
        <Btn kind="quiet" onClick={() => app().readNewer()}>
          {w.newer_read}
        </Btn>
      )}
      {props.copy === true && <CopyLink />}
      {props.detail !== undefined && (
        <details>
          <summary>{w.support}</summary>
          <p class="code">{props.detail}</p>
        </details>
      )}
    </main>
  );
}

/** The whole link, the secret of an invitation with it; where it can't be copied it stands there to be pressed. */
function CopyLink() {
  const w = door.value;
  const done = useSignal<boolean | null>(null);
  const copy = async () => {
    done.value = await copyText(location.href);
  };
  return (
    <section class="stack">
      <Btn kind="quiet" icon={done.value === true ? "check" : "copy"} onClick={() => void copy()}>
        {done.value === true ? w.copied_link : w.copy_link}
      </Btn>
      <div role="status">
        {done.value === true && <p>{isIos() ? w.copied_how_ios : w.copied_how}</p>}
        {done.value === false && <p>{w.copy_by_hand}</p>}
      </div>
      {done.value === false && <p class="card address">{location.href}</p>}
    </section>
  );
}

function InApp({ state }: { state: Extract<AppState, { kind: "in_app_browser" }> }) {
  const w = door.value;
  const ios = state.system === "ios";
  return (
    <main class="phone gate">
      <h1>{w.in_app_title(state.name)}</h1>
      <p>{w.in_app_why(state.name)}</p>
      {state.openUrl !== null && (
        <a class="btn do" href={state.openUrl}>
          <Icon name="open" />
          {w.in_app_open}
        </a>
      )}
      <h2>{w.in_app_else}</h2>
      <ol class="stack how">
        <li class="card row">
          <span class="n">1</span>
          <span class="grow">{ios ? w.in_app_ios_1 : w.in_app_1}</span>
          <span class="mock">
            <Icon name={ios ? "share" : "dotsv"} size="l" />
          </span>
        </li>
        <li class="card row">
          <span class="n">2</span>
          <b class="grow">{ios ? w.in_app_ios_2 : w.in_app_2}</b>
          <span class="mock">
            <Icon name="open" size="l" />
          </span>
        </li>
      </ol>
      <CopyLink />
    </main>
  );
}
