/**
 * What stands beside the diary: a tile on Home and a place of its own for each. Not in the first load.
 *
 * A new one is a line in `PLACES` and, where people begin it from Home, one in `TILES`.
 */
import type { ComponentType } from "preact";
import type { App } from "../../app/types.ts";
import type { AroundWord } from "../words/around.ts";

/** What a place gets: the parts of its address behind its name. */
export interface PlaceProps {
  first: string;
  second: string;
}

export const PLACES: { readonly [name: string]: () => Promise<ComponentType<PlaceProps>> } = {};

/** Whose Home: of a household, of who helps several, of who has no farm on this phone (packing house, clerk). */
export type Whose = "farm" | "team" | "office";

export interface Tile {
  whose: readonly Whose[];
  /** Name of its place, or of another place of the app. */
  place: string;
  icon: string;
  word: AroundWord;
  /** How many things wait for the person there; 0 for none. Asked again when the diary changes. */
  count?: (app: App) => Promise<number>;
  /** Left out where this person has nothing to do there. */
  isOffered?: (app: App) => Promise<boolean>;
}

export const TILES: readonly Tile[] = [];
