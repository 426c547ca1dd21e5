/** "Tôi có khóa, nối lại sổ": a new phone joins alone, where the browser can and the person made a passkey once. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { RejoinResult } from "../../app/types.ts";
import { offered } from "../../net/passkeys.ts";
import { app } from "../app.ts";
import { Btn } from "../pieces/basic.tsx";
import { phoneName } from "../system.ts";
import { door } from "../words/door.ts";
import { words } from "../words/index.ts";
import { settleIn } from "./confirm.tsx";
import { joinText } from "./problems.ts";

function textOf(problem: Extract<RejoinResult, { ok: false }>["problem"]): string {
  const w = door.value;
  if (problem === "cancelled" || problem === "passkey_unknown") return w.join_passkey_none;
  return problem === "no_connection" ? w.join_passkey_offline : joinText(problem);
}

export function ByPasskey({ say }: { say: (text: string | null) => void }) {
  const w = door.value;
  const may = useSignal(false);
  const busy = useSignal(false);
  useEffect(
    () =>
      void offered().then((found) => {
        may.value = found;
      }),
    [],
  );
  const rejoin = async () => {
    busy.value = true;
    say(null);
    const result = await app().joining.rejoin(w.join_label(await phoneName()));
    busy.value = false;
    if (result.ok) await settleIn(result.held);
    else say(textOf(result.problem));
  };
  if (!may.value) return null;
  return (
    <>
      <Btn icon="lock" disabled={busy.value} onClick={() => void rejoin()}>
        {busy.value ? words.value.join_working : w.join_passkey}
      </Btn>
      <p class="q">{w.join_passkey_why}</p>
    </>
  );
}
