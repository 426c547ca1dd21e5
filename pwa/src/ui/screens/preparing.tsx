/** Joined, without a farm: the packing house's own place, or the wait for the first answer that says which book. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { app } from "../app.ts";
import { PackingScreen } from "../packing/screen.tsx";
import { Do, Dock } from "../pieces/basic.tsx";
import { makeHash } from "../router.ts";
import { words } from "../words/index.ts";
import { Scene } from "./scene.tsx";

export function Preparing() {
  const packs = useSignal(false);
  const changed = app().diary.changed.value;
  const look = async () => {
    packs.value = await (await app().packing()).isOpen();
  };
  useEffect(() => void look(), [changed, app().people.current.value?.device]);
  return packs.value ? <PackingScreen /> : <Waiting />;
}

function Waiting() {
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
