/** A place beside the diary, by its name in the address; an unknown name leads home. */
import { useEffect } from "preact/hooks";
import { Lazy } from "../form/lazy.tsx";
import { go } from "../router.ts";
import { PLACES, type PlaceProps } from "./places.ts";

export function Beside({ name, ...props }: PlaceProps & { name: string }) {
  const load = Object.hasOwn(PLACES, name) ? PLACES[name] : undefined;
  useEffect(() => {
    if (load === undefined) go("#/", true);
  }, [load]);
  return load === undefined ? null : <Lazy key={`${name} ${props.first}`} load={load} props={props} />;
}
