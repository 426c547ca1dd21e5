/** A part that is fetched when first shown: camera, boundary, settings. Offline it comes from the precache. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Btn, fetchPictograms, Note } from "../pieces/basic.tsx";
import { words } from "../words/index.ts";

type State<P> = { Part: ComponentType<P> } | "waiting" | "failed";

export function Lazy<P extends object>({ load, props }: { load: () => Promise<ComponentType<P>>; props: P }) {
  const [part, setPart] = useState<State<P>>("waiting");
  const [tries, setTries] = useState(0);
  const again = () => {
    setPart("waiting");
    setTries((before) => before + 1);
  };
  useEffect(() => {
    let gone = false;
    let failed = false;
    const retry = () => {
      if (failed) again();
    };
    Promise.all([load(), fetchPictograms()]).then(
      ([Part]) => {
        if (!gone) setPart({ Part });
      },
      () => {
        failed = true;
        if (!gone) setPart("failed");
      },
    );
    addEventListener("online", retry);
    return () => {
      gone = true;
      removeEventListener("online", retry);
    };
  }, [load, tries]);
  if (typeof part === "object") return <part.Part {...props} />;
  if (part === "waiting")
    return (
      <p class="help phone" role="status">
        {words.value.loading}
      </p>
    );
  // Only before the first visit was kept whole on the phone: afterwards the precache has every part.
  return (
    <div class="phone stack">
      <Note>{words.value.part_missing}</Note>
      <Btn icon="repeat" onClick={again}>
        {words.value.join_again}
      </Btn>
    </div>
  );
}
