/** A device that a passkey let in keeps its documents and their touches, and shows them to a server that forgot it. */
import { expect, test } from "vitest";
import { makeKey } from "../../../pwa/src/core/signing.ts";
import { Sessions } from "../../../pwa/src/net/session.ts";
import type { IdentityRow, OwnTexts } from "../../../pwa/src/store/rows.ts";
import { makeWorld, NOW } from "../store/world.ts";

const json = (status: number, body: object): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json" },
  });
const touch = { ops: ["join"], response: { id: "key" } };
const op = { body: "{}", signature: "s" };

async function identity(more: Partial<IdentityRow>): Promise<IdentityRow> {
  const key = await makeKey();
  const rest = { name: "", village: "", membership: "", org: "", access: "", me: "" };
  const flags = { confirmed: true, revoked: false, copied: false };
  const own = [{ body: "{}", private: null, signature: "s" }];
  return { device: key.device, privateKey: key.privateKey, public: "", own, ...rest, ...flags, ...more };
}

/** What was kept and what the server was asked, by a device that it does not know without its documents. */
async function come(who: IdentityRow) {
  const asked: object[] = [];
  const kept: OwnTexts[] = [];
  const world = makeWorld({
    fetch: async (path, init) => {
      if (String(path).endsWith("/challenge")) return json(200, { nonce: "A".repeat(43) });
      const sent = JSON.parse(String(init?.body));
      asked.push({ ops: sent.ops, assertions: sent.assertions });
      if (sent.ops === undefined) return json(401, { type: "/problems/session" });
      return json(200, { token: "t", ops: [op], assertions: [touch] });
    },
  });
  const sessions = new Sessions(
    () => NOW,
    async (_, own) => void kept.push(own),
  );
  expect(await sessions.open(world, who, "vi-du.example/so")).toBe("t");
  return { asked, kept };
}

test("its touches go with its ops, and what an answer brings of both is kept", async () => {
  const { asked, kept } = await come(await identity({ touches: [JSON.stringify(touch)] }));
  expect(asked).toEqual([
    { ops: undefined, assertions: undefined },
    { ops: [op], assertions: [touch] },
  ]);
  expect(kept).toEqual([{ ops: [{ ...op, private: null }], touches: [JSON.stringify(touch)] }]);
});

test("a device that an invitation let in sends its ops alone", async () => {
  const { asked } = await come(await identity({}));
  expect(asked[1]).toEqual({ ops: [op], assertions: undefined });
});
