/** What a person looks after about himself, put together; fetched when first looked at. */
import type { Engine } from "../engine/sync.ts";
import { agree, consentsOf, mayLocate } from "./consents.ts";
import { type Context, me } from "./context.ts";
import { askedOf, askFor } from "./data_asks.ts";
import { leave, noteExported, unsentOf } from "./leaving.ts";
import { endDevice, ownDevices } from "./own_devices.ts";
import { makePasskey, noteAsked, passkeyState } from "./passkeys.ts";
import { makeReminders } from "./reminders.ts";
import type { Mine } from "./types.ts";

export function makeMine(c: Context, engine: Engine, redraw: () => Promise<void>): Mine {
  return {
    reminders: makeReminders(c, engine),
    devices: () => ownDevices(c, engine),
    async endDevice(device) {
      const who = me(c);
      if (who === null || !device.mayEnd || !(await endDevice(c, who, device))) return false;
      await engine.kick(true);
      return true;
    },
    unsent: () => unsentOf(c),
    noteExported: () => noteExported(c),
    async leave() {
      const result = await leave(c, engine);
      if (result.ok) {
        if (result.isLast) c.state.value = { kind: "unjoined", before: null };
        await redraw();
      }
      return result;
    },
    consents: () => consentsOf(c),
    passkey: () => passkeyState(c),
    skipPasskey: () => noteAsked(c),
    makePasskey: (label) => makePasskey(c, engine, label),
    asked: () => askedOf(c),
    askFor: (kind) => askFor(c, kind),
    mayLocate: () => mayLocate(c),
    agree: (purpose, yes) => agree(c, purpose, yes),
  };
}
