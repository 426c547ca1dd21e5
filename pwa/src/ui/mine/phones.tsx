/** Máy của nhà: which phones the household has, when each was last heard of, what waits there; ending a lost one. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { DeviceList, OwnDevice, OwnPerson } from "../../app/types.ts";
import { app } from "../app.ts";
import { Btn, Do, Dock, Icon, Note, Top } from "../pieces/basic.tsx";
import { openSheet, toast, warn } from "../pieces/overlay.tsx";
import { go } from "../router.ts";
import { words } from "../words/index.ts";
import { mine } from "../words/mine.ts";
import { PasskeyPlace } from "./passkey.tsx";
import { when } from "./when.ts";

export function PhonesScreen() {
  const w = mine.value;
  const list = useSignal<DeviceList | null | "waiting">("waiting");
  const load = async () => {
    list.value = await (await app().mine()).devices();
  };
  useEffect(() => void load(), []);
  const now = list.value;
  return (
    <>
      <main class="phone">
        <Top title={w.phones} />
        {now === "waiting" && (
          <p class="help" role="status">
            {words.value.loading}
          </p>
        )}
        {now === null && <Note>{w.phones_none}</Note>}
        {now !== null && now !== "waiting" && (
          <>
            {!now.isFresh && <Note>{w.phones_kept(when(now.at))}</Note>}
            {now.people.some((one) => one.devices.some((device) => device.mayEnd)) && <p>{w.phone_old}</p>}
            {now.people.map((one) => (
              <Person key={one.membership} person={one} isAlone={now.people.length === 1} again={load} />
            ))}
            <PasskeyPlace />
            {now.people.some((one) => !one.isMe) && <p class="q">{w.phone_others}</p>}
          </>
        )}
      </main>
      <Dock>
        <Do icon="book" onClick={() => go("#/")}>
          {w.to_book}
        </Do>
      </Dock>
    </>
  );
}

function Person(props: { person: OwnPerson; isAlone: boolean; again: () => Promise<void> }) {
  const { person, isAlone, again } = props;
  const order = [...person.devices].sort(
    (a, b) =>
      Number(b.isThis) - Number(a.isThis) ||
      Number(a.state === "revoked") - Number(b.state === "revoked") ||
      (b.joined_at ?? 0) - (a.joined_at ?? 0),
  );
  return (
    <section class="stack">
      {!isAlone && (
        <h2>
          {person.name}
          {person.farm !== null && <span class="under">{`${person.farm}, ${person.organisation}`}</span>}
        </h2>
      )}
      {order.map((one) => (
        <Device key={`${one.doc} ${one.device}`} device={one} again={again} />
      ))}
    </section>
  );
}

function Device({ device, again }: { device: OwnDevice; again: () => Promise<void> }) {
  const w = mine.value;
  const { unsent, photos } = device;
  const lines = unsent ?? 0;
  const pictures = photos ?? 0;
  const state = device.isEnding
    ? w.phone_ending
    : { waiting: w.phone_waiting, confirmed: w.phone_good, revoked: w.phone_over }[device.state];
  const sent = lines + pictures > 0 ? w.phone_unsent(lines, pictures) : w.phone_sent;
  return (
    <section class={device.isThis ? "card done stack" : "card stack"}>
      <p class="row">
        <Icon name="mobile" size="l" />
        <span class="grow">
          <b>{device.label || w.phone_unnamed}</b>
          <span class="under">{device.isThis ? w.phone_this : state}</span>
        </span>
      </p>
      <p class="q">
        {device.joined_at !== null && (
          <>
            {w.phone_since(when(device.joined_at))}
            <br />
          </>
        )}
        {device.last_seen === null ? w.phone_never : w.phone_seen(when(device.last_seen))}
        {device.state !== "revoked" && unsent !== null && (
          <>
            <br />
            <b>{sent}</b>
          </>
        )}
      </p>
      {device.mayEnd && (
        <Btn kind="warned" icon="stop" onClick={() => askEnd(device, again)}>
          {w.phone_end}
        </Btn>
      )}
    </section>
  );
}

function askEnd(device: OwnDevice, again: () => Promise<void>): void {
  const lines = device.unsent ?? 0;
  const photos = device.photos ?? 0;
  const end = async (close: () => void) => {
    const isNoted = await (await app().mine()).endDevice(device);
    close();
    if (isNoted) toast(mine.value.phone_ended);
    else warn(mine.value.phone_end_failed);
    await again();
  };
  openSheet(device.label || mine.value.phone_unnamed, (close) => (
    <div class="stack">
      <p class="b">{mine.value.phone_end_sure}</p>
      <p>{mine.value.phone_end_why}</p>
      {lines + photos > 0 && <Note>{mine.value.phone_end_unsent(lines, photos)}</Note>}
      <Btn kind="warned" icon="stop" onClick={() => void end(close)}>
        {mine.value.phone_end}
      </Btn>
      <Btn kind="quiet" onClick={close}>
        {words.value.cancel}
      </Btn>
    </div>
  ));
}
