/** Joined, but which farm's book it is comes with the first answer: until then there is nothing to write in. */
import { app } from "../app.ts";
import { Do, Dock } from "../pieces/basic.tsx";
import { makeHash } from "../router.ts";
import { words } from "../words/index.ts";
import { Scene } from "./scene.tsx";

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
