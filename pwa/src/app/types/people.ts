/** The persons of this phone and the farms they may see. */
import type { ReadonlySignal } from "@preact/signals";
import type { Scope, Sector } from "./values.ts";

/** One person's key on this phone ("Ai đang ghi?"). */
export interface Identity {
  /** Device id of the key; also the id of the identity. */
  device: string;
  /** Name to show. */
  name: string;
  village: string;
  membership: string;
  org: Scope;
  /** The cooperative's name; tells two diaries of one person apart. "" where the phone joined with an older app. */
  orgName: string;
  /** False until a person at the cooperative confirmed the phone (entries are then `held`). */
  confirmed: boolean;
  /** The cooperative withdrew this phone: reading and export work, sending does not. */
  revoked: boolean;
  /** The key was found in two places: a new key was made and waits for confirmation. */
  copied: boolean;
}

export interface FarmRef {
  scope: Scope;
  name: string;
  village: string;
  /** False: reading only. */
  write: boolean;
  /** `crop` … as far as the reference says; null when unknown. */
  sector: Sector | null;
}

export interface People {
  identities: ReadonlySignal<readonly Identity[]>;
  current: ReadonlySignal<Identity | null>;
  switchTo(device: string): Promise<void>;
  /** Farms the current identity may see; a farmer has one. */
  farms: ReadonlySignal<readonly FarmRef[]>;
  farm: ReadonlySignal<FarmRef | null>;
  /** Whether the current person is one who helps households: records for them, enrols new ones. */
  helps: ReadonlySignal<boolean>;
  switchFarm(scope: Scope): Promise<void>;
  /** Household members for the chips of `person` fields: names from the reference, then names typed before. */
  household: ReadonlySignal<readonly string[]>;
}
