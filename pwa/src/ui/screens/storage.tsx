/** How much room the book uses and has, said in photos; what to do when it runs out. */
import { app } from "../app.ts";
import { Btn, Icon, Note } from "../pieces/basic.tsx";
import { numberShown } from "../show.ts";
import { words } from "../words/index.ts";
import { sendWords } from "../words/send.ts";

const PHOTO_BYTES = 350_000; // our choice: the upper end of what the phone makes of a picture
const PHOTOS_SHOWN_MAX = 5000;

/** Return bytes as "0,3 MB", "214 MB" or "1,1 GB"; what is there is never shown as nothing. */
export function bytesShown(bytes: number): string {
  const mega = bytes / 1e6;
  if (mega > 0 && mega < 9.95) return `${numberShown(Math.max(0.1, mega).toFixed(1))} MB`;
  if (mega < 1000) return `${numberShown(String(Math.round(mega)))} MB`;
  return `${numberShown((mega / 1000).toFixed(1))} GB`;
}

/** Return a count that does not pretend to be exact: two digits, at most 5,000. */
export function photosLeft(bytes: number): string {
  const photos = Math.min(PHOTOS_SHOWN_MAX, Math.floor(bytes / PHOTO_BYTES));
  const round = 10 ** Math.max(0, String(photos).length - 2);
  return numberShown(String(Math.floor(photos / round) * round));
}

export function StorageCard() {
  const w = words.value;
  const { used, left, persisted, nearlyFull } = app().sync.storage.value;
  return (
    <section class="card stack">
      {used === null || left === null ? (
        <p>{sendWords.value.storage_unknown}</p>
      ) : (
        <>
          <progress
            class="meter"
            max={used + left}
            value={used}
            aria-label={sendWords.value.storage_used(bytesShown(used), bytesShown(left))}
          />
          <p>
            <b>{sendWords.value.storage_photos(photosLeft(left))}</b>
            <span class="under">{sendWords.value.storage_used(bytesShown(used), bytesShown(left))}</span>
          </p>
        </>
      )}
      {nearlyFull && <Note>{w.storage_full}</Note>}
      {persisted === true && (
        <p class="okline">
          <Icon name="lock" />
          {w.persisted}
        </p>
      )}
      {persisted === false && (
        <>
          <p>{sendWords.value.not_persisted}</p>
          <Btn icon="lock" onClick={() => void app().sync.askPersist()}>
            {w.persist}
          </Btn>
        </>
      )}
    </section>
  );
}
