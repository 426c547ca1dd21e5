/** Photos that the entry being changed has already: kept unless the person takes one away, which the save writes. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Draft, PhotoRow } from "../../app/types.ts";
import { app } from "../app.ts";
import { Icon } from "../pieces/basic.tsx";
import { photoName } from "../show.ts";
import { words } from "../words/index.ts";
import { isSound, useUrl } from "./photos.tsx";

export function StoredPhotos({ draft }: { draft: Draft }) {
  const photos = useSignal<readonly PhotoRow[]>([]);
  const removed = useSignal<readonly string[]>(draft.removedPhotos);
  useEffect(() => {
    if (draft.isNew || draft.document !== "entry") return;
    void app()
      .diary.detail(draft.doc, draft.scope)
      .then((found) => {
        photos.value = found?.photos ?? [];
      });
  }, [draft.id]);
  if (photos.value.length === 0) return null;
  const toggle = (doc: string) => {
    const { value } = removed;
    removed.value = value.includes(doc) ? value.filter((one) => one !== doc) : [...value, doc];
    app().drafts.keep(draft.id, { removedPhotos: removed.value });
  };
  return (
    <div class="photos">
      {photos.value.map((photo) => (
        <Kept
          key={photo.doc}
          photo={photo}
          form={draft.form}
          gone={removed.value.includes(photo.doc)}
          toggle={() => toggle(photo.doc)}
        />
      ))}
    </div>
  );
}

interface KeptProps {
  photo: PhotoRow;
  form: string;
  gone: boolean;
  toggle: () => void;
}

function Kept({ photo, form, gone, toggle }: KeptProps) {
  const w = words.value;
  const url = useUrl(async () => (isSound(photo.type) ? null : app().photoUrl(photo, "thumb")), photo.sha256);
  return (
    <div class="stack kept">
      <span class={gone ? "photo gone" : "photo"}>
        {url === null ? (
          <Icon name={isSound(photo.type) ? "play" : "camera"} size="l" />
        ) : (
          <img src={url} alt={photoName(app().activities.form(form), photo.kind)} />
        )}
      </span>
      <button type="button" class="btn slim" onClick={toggle}>
        {gone ? w.undo : w.remove}
      </button>
    </div>
  );
}
