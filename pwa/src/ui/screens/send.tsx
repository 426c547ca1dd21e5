/** Gửi: what waits and that it is safe, what is stuck and what to do, room on the phone, files for days without coverage. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { TreeState } from "../../app/tree.ts";
import type { Connection, ImportReport, StuckOp, WaitingPhoto } from "../../app/types.ts";
import { app } from "../app.ts";
import { handOn } from "../export.ts";
import { Btn, Do, Dock, Icon, Note } from "../pieces/basic.tsx";
import { toast } from "../pieces/overlay.tsx";
import { go } from "../router.ts";
import { dayName, moment } from "../show.ts";
import { say, words } from "../words/index.ts";
import { sendWords } from "../words/send.ts";
import { treeWords } from "../words/tree.ts";
import { UpdateCard } from "./home.tsx";
import { beginEdit, entryHash } from "./rows.tsx";
import { bytesShown, StorageCard } from "./storage.tsx";

const CLOCK_MS_MAX = 600_000;
const PHOTOS_SHOWN = 6;

export function SendScreen() {
  const w = words.value;
  const { sync } = app();
  const status = sync.status.value;
  const skew = status.skew ?? 0;
  return (
    <>
      <main class="phone">
        <header class="top plain">
          <h1>{sendWords.value.send_title}</h1>
          <span class="net">
            <Icon name={status.connection === "offline" ? "nosignal" : "send"} size="s" />
            {connectionWord(status.connection)}
          </span>
        </header>
        <UpdateCard />
        <Waiting />
        {connectionHow(status.connection) !== "" && <Note>{connectionHow(status.connection)}</Note>}
        {Math.abs(skew) > CLOCK_MS_MAX && (
          <Note>{sendWords.value.clock_wrong(Math.round(Math.abs(skew) / 60_000))}</Note>
        )}
        {status.digestMismatch && <Note>{sendWords.value.digest_mismatch}</Note>}
        <Stuck />
        <PhotosWaiting />
        <h2>{sendWords.value.last_sync}</h2>
        <p class="card row">
          <Icon name={status.last_sync_at === null ? "clock" : "sent"} />
          <b class="grow">
            {status.last_sync_at === null ? sendWords.value.never_sent : moment(status.last_sync_at)}
          </b>
        </p>
        <Logged />
        <WifiOnly />
        <h2>{w.storage}</h2>
        <StorageCard />
        <h2>{sendWords.value.no_signal_long}</h2>
        <Files />
      </main>
      <Dock bar>
        <Do icon="send" disabled={status.connection === "sending"} onClick={() => void sync.now()}>
          {status.connection === "sending" ? sendWords.value.sending_plain : w.send_now}
        </Do>
      </Dock>
    </>
  );
}

/** How much of the book at hand the public log proves; nothing before it was first looked at. */
function Logged() {
  const [tree, setTree] = useState<TreeState | null>(null);
  const changed = app().sync.status.value.last_sync_at;
  useEffect(() => void app().sync.tree().then(setTree), [changed]);
  if (tree === null || tree.askedAt === null || tree.ops === 0) return null;
  return (
    <>
      <h2>{treeWords.value.title}</h2>
      <p class="card row">
        <Icon name={tree.logged < tree.ops ? "clock" : "check"} />
        <span class="grow">
          <b>{treeWords.value.logged(tree.logged, tree.ops)}</b>
          {tree.logged < tree.ops && <span class="under">{treeWords.value.waits}</span>}
        </span>
      </p>
    </>
  );
}

export function connectionWord(connection: Connection): string {
  const texts: Record<Connection, string> = {
    idle: sendWords.value.net_idle,
    sending: sendWords.value.sending_plain,
    offline: sendWords.value.net_offline,
    not_our_server: sendWords.value.net_not_ours,
    busy: sendWords.value.net_busy,
    update_needed: sendWords.value.net_update,
    revoked: sendWords.value.net_revoked,
    broken: sendWords.value.net_broken,
  };
  return texts[connection];
}

function connectionHow(connection: Connection): string {
  const w = words.value;
  const texts: Partial<Record<Connection, string>> = {
    not_our_server: sendWords.value.net_not_ours_how,
    busy: sendWords.value.net_busy_how,
    update_needed: sendWords.value.net_update_how,
    revoked: w.revoked,
    broken: sendWords.value.net_broken_how,
  };
  return texts[connection] ?? "";
}

function Waiting() {
  const w = words.value;
  const { waitingOps, waitingPhotos, waitingVoices, progress } = app().sync.status.value;
  if (waitingOps + waitingPhotos === 0) {
    // "Mọi dòng HTX đã nhận" would be untrue; the list below says what is not there.
    if (app().home.value?.refused !== 0) return null;
    return (
      <section class="card done row">
        <Icon name="sent" size="xl" />
        <p class="grow">
          <span class="answer">{sendWords.value.send_all}</span>
          <span class="under">{sendWords.value.send_all_why}</span>
        </p>
      </section>
    );
  }
  return (
    <section class="card wait stack">
      <div class="row">
        <Icon name="waiting" size="xl" />
        <p class="answer grow">{w.send_waiting(waitingOps, waitingPhotos, waitingVoices)}</p>
      </div>
      {progress === null ? (
        <p>{sendWords.value.send_safe}</p>
      ) : (
        <div role="status" class="stack">
          <b>
            {progress.ops < progress.opsTotal
              ? w.sending(progress.ops, progress.opsTotal)
              : w.sending_photos(progress.photos, progress.photosTotal, progress.voicesTotal)}
          </b>
          <progress
            class="meter"
            max={progress.opsTotal + progress.photosTotal}
            value={progress.ops + progress.photos}
            aria-label={sendWords.value.sending_plain}
          />
        </div>
      )}
    </section>
  );
}

/** The photos and voice notes behind the lines, each with its size and how far it has come. */
function PhotosWaiting() {
  const w = words.value;
  const photos = app().sync.photos.value;
  if (photos.length === 0) return null;
  const shown = photos.slice(0, PHOTOS_SHOWN);
  const rest = photos.slice(PHOTOS_SHOWN);
  return (
    <>
      <h2>{sendWords.value.photos_waiting(bytesShown(app().sync.status.value.waitingPhotoBytes))}</h2>
      <ul class="card stack">
        {shown.map((one) => (
          <li key={one.doc} class="row">
            <Icon name={one.isVoice ? "mic" : "camera"} />
            <span class="grow">
              <b>{bytesShown(one.bytes)}</b>
              <span class="under">{photoState(one)}</span>
            </span>
            {one.of?.startsWith("entry:") === true && (
              <a class="btn quiet" href={entryHash(one.of)}>
                {w.look}
              </a>
            )}
          </li>
        ))}
        {rest.length > 0 && (
          <li>
            {sendWords.value.photos_more(
              rest.length,
              bytesShown(rest.reduce((sum, one) => sum + one.bytes, 0)),
            )}
          </li>
        )}
      </ul>
    </>
  );
}

function photoState(one: WaitingPhoto): string {
  if (one.state === "broken") return sendWords.value.photo_unsendable;
  if (one.sent > 0) return sendWords.value.photo_sent(Math.floor((100 * one.sent) / one.bytes));
  return one.state === "wifi" ? sendWords.value.photo_wifi : sendWords.value.photo_waits;
}

function Stuck() {
  const stuck = app().sync.stuck.value;
  if (stuck.length === 0) return null;
  return (
    <>
      <h2>{sendWords.value.stuck_title(stuck.length)}</h2>
      <div class="stack">
        {stuck.map((one) => (
          <StuckCard key={one.op} one={one} />
        ))}
      </div>
    </>
  );
}

/** One line that does not simply wait: red only where the person must act. */
function StuckCard({ one }: { one: StuckOp }) {
  const w = words.value;
  const type = one.doc.slice(0, one.doc.indexOf(":"));
  const form = app().activities.form(one.form ?? type);
  const what = [
    form === null ? (type === "device" ? sendWords.value.stuck_phone : "") : say(form.short),
    one.happened_on === null ? "" : dayName(one.happened_on),
  ]
    .filter(Boolean)
    .join(", ");
  const states: Record<StuckOp["state"], string> = {
    held: sendWords.value.stuck_held,
    refused: sendWords.value.stuck_refused,
    turned_down: sendWords.value.stuck_turned_down,
    later: sendWords.value.stuck_later,
    declined: sendWords.value.stuck_declined,
  };
  const next: Record<StuckOp["next"], string> = {
    wait: sendWords.value.next_wait,
    ask: sendWords.value.next_ask,
    update: sendWords.value.next_update,
    record_again: sendWords.value.next_record_again,
    export: sendWords.value.next_export,
  };
  const halt = one.state === "refused";
  const entry = one.doc.startsWith("entry:");
  return (
    <section class={halt ? "card halt stack" : "card ask stack"}>
      <p class="row top-line">
        <Icon name={halt ? "stop" : "held"} />
        <span class="grow">
          <b>{states[one.state]}</b>
          <span class="under ink">{what}</span>
        </span>
      </p>
      {one.reason !== null && <p>“{one.reason}”</p>}
      <p>{next[one.next]}</p>
      <div class="duo">
        {halt && <Btn onClick={() => void beginEdit(one.doc)}>{w.record_again}</Btn>}
        {halt && <Btn onClick={() => void exportUnsent()}>{w.export}</Btn>}
        {entry && <Btn onClick={() => go(entryHash(one.doc))}>{w.look}</Btn>}
      </div>
    </section>
  );
}

function WifiOnly() {
  const on = app().settings.value.wifiOnlyPhotos;
  return (
    <button
      type="button"
      class="pick"
      role="switch"
      aria-checked={on}
      onClick={() => void app().changeSettings({ wifiOnlyPhotos: !on })}
    >
      <span class="grow">
        <b>{sendWords.value.wifi_only}</b>
        <span class="under">{sendWords.value.wifi_only_why}</span>
      </span>
      <span class="switch" aria-hidden="true">
        <span />
      </span>
    </button>
  );
}

async function exportUnsent(): Promise<void> {
  const { ops, photos, voices } = await handOn();
  toast(words.value.exported(ops, photos, voices));
}

export function importText(report: ImportReport): string {
  const w = words.value;
  if (report.problem === "not_a_file") return sendWords.value.import_not_file;
  if (report.problem === "other_origin") return sendWords.value.import_origin;
  if (report.problem === "too_large") return sendWords.value.import_large;
  if (report.problem !== null) return w.not_saved_full;
  return [
    w.imported(report.ops + report.requests, report.photos, report.voices),
    report.bad > 0 ? sendWords.value.import_bad(report.bad) : "",
  ]
    .filter(Boolean)
    .join(". ");
}

function Files() {
  const w = words.value;
  const input = useRef<HTMLInputElement>(null);
  const said = useSignal<string | null>(null);
  const take = async (file: File) => {
    said.value = importText(await app().sync.importFile(file));
  };
  return (
    <section class="card stack">
      <p>{sendWords.value.export_why}</p>
      <Btn icon="export" onClick={() => void exportUnsent()}>
        {w.export}
      </Btn>
      <Btn kind="quiet" icon="import" onClick={() => input.current?.click()}>
        {w.import}
      </Btn>
      <input
        ref={input}
        class="unseen"
        type="file"
        accept=".sonhanong"
        aria-hidden="true"
        tabIndex={-1}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file !== undefined) void take(file);
        }}
      />
      {said.value !== null && (
        <p role="status" class="b">
          {said.value}
        </p>
      )}
    </section>
  );
}
