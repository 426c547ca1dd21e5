/** Where the app stands, and how a phone joins. */
import type { Identity } from "./people.ts";

/** Where the app stands. Anything but `ready` and `unjoined` is a full screen that says one thing. */
export type AppState =
  | { kind: "starting" }
  /** No secure context: no key can be made. */
  | { kind: "insecure" }
  /** Inside Zalo, Facebook …: no key is made; `openUrl` (Android intent) hands over to the real browser. */
  | { kind: "in_app_browser"; name: string; system: "android" | "ios" | "other"; openUrl: string | null }
  /** Data would vanish with the window: joining is refused. */
  | { kind: "private_window" }
  /** A browser without what keeping a book needs: an old one, or one inside another app. */
  | { kind: "too_old" }
  /** No identity on this phone yet: show joining. `before`: there was a book here, and the browser dropped it. */
  | { kind: "unjoined"; before: HeldBefore | null }
  /** At least one identity: the diary works, with or without a connection. */
  | { kind: "ready" }
  /** Another tab with an older version keeps the database: "Đóng cửa sổ khác". */
  | { kind: "blocked" }
  /** Data of a newer app version: nothing is written, reading and export only; offer the update. */
  | { kind: "newer_data"; found: number; known: number }
  /** IndexedDB cannot be opened or written after a retry. `detail` is for support, not for the farmer. */
  | { kind: "storage_broken"; detail: string };

/** What this phone said last of a book that it held. */
export interface HeldBefore {
  lines: number;
  photos: number;
}

/** An invitation as opened: with a secret from the QR's fragment, or with a code typed by hand. */
export type Invite = { id: string; secret: string } | { id: string; code: string };

export type JoinProblem =
  | "no_connection"
  | "invite_unknown"
  | "invite_used"
  | "invite_expired"
  | "invite_burnt"
  /** A person at the cooperative did not let this phone in. */
  | "turned_down"
  | "key_in_use"
  | "bad_key"
  | "too_many_tries"
  /** The capability check failed: see `AppState` or storage. */
  | "no_key_here"
  | "server";

export interface InviteLook {
  /** Household (or person) name and village, to ask "Có phải nhà bác không?". */
  name: string;
  village: string;
  /** True when a person of the cooperative must confirm the phone first; recording works meanwhile. */
  confirm: boolean;
}

export type LookResult = { ok: true; look: InviteLook } | { ok: false; problem: JoinProblem };
export type JoinResult =
  | { ok: true; identity: Identity; held: boolean }
  | { ok: false; problem: JoinProblem };

/** `cancelled`: turned away, timed out, or no passkey here: the browser tells no more. */
export type RejoinResult = JoinResult | { ok: false; problem: "cancelled" | "passkey_unknown" };

export interface Joining {
  /** Parse an address bar: `#i=<id>.<secret>` or `/i/<id>` (the code is then asked for). Null: no invitation. */
  parseAddress(href: string): { id: string; secret: string | null } | null;
  /** Somebody joined by this invitation on this phone: its link leads to the diary. */
  isJoined(id: string): boolean;
  /** Ask the server what the invitation is. No effect on either side. */
  look(invite: Invite): Promise<LookResult>;
  /** Check the phone (strict write and read back, sign), make the key, join, keep the identity, start syncing. */
  join(invite: Invite, label: string): Promise<JoinResult>;
  /** Join alone by a passkey of the person's, made on an earlier phone: two touches, no invitation. */
  rejoin(label: string): Promise<RejoinResult>;
}
