/** Đăng xuất khỏi máy này: what would be lost first, then what it means, then it is done. */
import { useSignal, useSignalEffect } from "@preact/signals";
import type { LeaveResult, Unsent } from "../../app/types.ts";
import { app } from "../app.ts";
import { handOn } from "../export.ts";
import { Btn, Dock, Icon, Note, Top } from "../pieces/basic.tsx";
import { toast } from "../pieces/overlay.tsx";
import { go } from "../router.ts";
import { words } from "../words/index.ts";
import { mine } from "../words/mine.ts";

export function LeaveScreen() {
  const w = mine.value;
  const left = useSignal<Unsent | null>(null);
  const problem = useSignal<Extract<LeaveResult, { ok: false }>["problem"] | null>(null);
  const busy = useSignal(false);
  const look = async () => {
    left.value = await (await app().mine()).unsent();
  };
  useSignalEffect(() => {
    // What was sent meanwhile no longer stands in the way.
    if (app().sync.status.value.connection !== "sending") void look();
  });
  const leave = async () => {
    busy.value = true;
    const result = await (await app().mine()).leave();
    busy.value = false;
    if (!result.ok) {
      problem.value = result.problem;
      return look();
    }
    toast(mine.value.left);
    if (result.isLast) location.replace("/");
    else go("#/", true);
  };
  const copy = async () => {
    await handOn();
    await (await app().mine()).noteExported();
    await look();
  };
  const person = app().people.current.value;
  const now = left.value;
  const lines = now === null ? 0 : now.ops + now.requests;
  const isBlocked = now !== null && lines + now.photos > 0 && !now.isExported;
  return (
    <>
      <main class="phone">
        <Top title={w.leave} />
        <section class="card row">
          <span class="picto">
            <Icon name="person" />
          </span>
          <p class="grow b">{w.leave_who(person?.name ?? "")}</p>
        </section>
        <p>{w.leave_safe}</p>
        {app().people.identities.value.length > 1 && <p>{w.leave_other}</p>}
        {now !== null && isBlocked && (
          <>
            <Note halt>
              <b>{w.leave_unsent(lines, now.photos)}</b>
              <br />
              {w.leave_unsent_how}
            </Note>
            <Btn icon="send" onClick={() => void app().sync.now().then(look)}>
              {words.value.send_now}
            </Btn>
            <Btn icon="export" onClick={() => void copy()}>
              {words.value.export}
            </Btn>
          </>
        )}
        {now !== null && !isBlocked && lines + now.photos > 0 && <Note>{w.leave_exported}</Note>}
        {now !== null && now.drafts > 0 && <Note>{w.leave_drafts(now.drafts)}</Note>}
        {problem.value === "no_connection" && !isBlocked && <Note halt>{w.leave_offline}</Note>}
      </main>
      <Dock>
        <Btn
          kind="warned"
          icon="leave"
          disabled={busy.value || now === null || isBlocked}
          onClick={() => void leave()}
        >
          {busy.value ? w.leave_going : w.leave_go}
        </Btn>
      </Dock>
    </>
  );
}
