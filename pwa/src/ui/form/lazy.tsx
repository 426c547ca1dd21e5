/** A part that is fetched when first shown: camera, boundary, settings. Offline it comes from the precache. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { words } from "../words/index.ts";

export function Lazy<P extends object>({ load, props }: { load: () => Promise<ComponentType<P>>; props: P }) {
  const [part, setPart] = useState<{ Part: ComponentType<P> } | null>(null);
  useEffect(() => {
    let gone = false;
    void load().then((Part) => {
      if (!gone) setPart({ Part });
    });
    return () => {
      gone = true;
    };
  }, [load]);
  if (part === null)
    return (
      <p class="help" role="status">
        {words.value.loading}
      </p>
    );
  return <part.Part {...props} />;
}
