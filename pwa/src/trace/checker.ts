/** The worker that checks a bundle, off the page's thread and in a file of its own: one text in, one answer out. */
import { checkBundle } from "../core/bundle.ts";
import { Refusal } from "../core/errors.ts";
import type { Checked } from "./verify.ts";

addEventListener("message", (event: MessageEvent<string>) => {
  void checkBundle(event.data).then((proven) => {
    const checked: Checked =
      proven instanceof Refusal
        ? { bad: proven.detail }
        : {
            bad: null,
            times: [...proven.ops.values()].map((one) => one.receivedAt),
            devices: proven.devices.size,
            size: proven.size,
            isConfirmed: proven.isConfirmed,
            cosigned: proven.cosigned,
            missing: proven.missing.length,
            facts: proven.facts,
          };
    postMessage(JSON.parse(JSON.stringify(checked))); // records of the core have no prototype
  });
});
