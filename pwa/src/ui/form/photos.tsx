/** Photos and voice notes of a draft: what is there, what the form wants, taking more. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Draft, DraftPhoto, Form, PhotoProblem } from "../../app/types.ts";
import { app } from "../app.ts";
import { Btn, Icon, Note } from "../pieces/basic.tsx";
import { openSheet } from "../pieces/overlay.tsx";
import { photoName } from "../show.ts";
import { say, words } from "../words/index.ts";
import { recordWords } from "../words/record.ts";
import { touch } from "./fresh.ts";
import { Lazy } from "./lazy.tsx";
import { photoOrder } from "./plan.ts";

const loadCamera = () => import("./camera.tsx").then((part) => part.Camera);
const loadVoice = () => import("./voice.tsx").then((part) => part.Voice);

export function problemText(problem: PhotoProblem): string {
  const r = recordWords.value;
  if (problem === "storage_full" || problem === "storage_broken") return r.photo_full;
  if (problem === "too_large") return r.photo_large;
  return problem === "too_long" ? r.voice_long : r.photo_bad;
}

export function Photos({ draft, form, changed }: { draft: Draft; form: Form; changed: () => Promise<void> }) {
  const w = words.value;
  const r = recordWords.value;
  const trouble = useSignal<string | null>(null);
  const busy = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  const wantedKind = useSignal("work");
  const kinds = photoOrder(form.photos);

  const add = async (blob: Blob, kind: string) => {
    busy.value = true;
    touch(draft.id);
    const result = await app().drafts.addPhoto(draft.id, blob, kind);
    trouble.value = result.ok
      ? null
      : result.photo === undefined
        ? problemText(result.problem)
        : r.photo_memory;
    await app().drafts.afterCamera(draft.id);
    busy.value = false;
    await changed();
  };
  const fallback = () => input.current?.click();
  const shoot = async (kind: string, label: string) => {
    wantedKind.value = kind;
    await app().drafts.beforeCamera(draft.id, kind);
    if (navigator.mediaDevices?.getUserMedia === undefined) return fallback();
    openSheet(
      label,
      (close) => (
        <Lazy
          load={loadCamera}
          props={{
            taken: (blob: Blob) => {
              close();
              void add(blob, kind);
            },
            other: () => {
              close();
              fallback();
            },
          }}
        />
      ),
      true,
    );
  };
  return (
    <section class="field" aria-label={w.photos}>
      <h2 class="label">{w.photos}</h2>
      <div class="photos">
        {draft.photos.map((photo) => (
          <Shot key={photo.id} draft={draft.id} photo={photo} form={form} changed={changed} />
        ))}
        {kinds.map((one) => (
          <button
            key={one.kind}
            type="button"
            class="shoot"
            disabled={busy.value}
            onClick={() => void shoot(one.kind, say(one.label))}
          >
            <Icon name="camera" size="l" />
            <span>{say(one.label)}</span>
          </button>
        ))}
        {kinds.length === 0 && (
          <button
            type="button"
            class="shoot"
            disabled={busy.value}
            onClick={() => void shoot("work", w.take)}
          >
            <Icon name="camera" size="l" />
            <span>{w.take}</span>
          </button>
        )}
        <VoiceButton
          draft={draft}
          changed={changed}
          trouble={(text) => {
            trouble.value = text;
          }}
        />
      </div>
      <input
        ref={input}
        class="unseen"
        type="file"
        accept="image/jpeg"
        capture="environment"
        aria-hidden="true"
        tabIndex={-1}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file !== undefined) void add(file, wantedKind.value);
        }}
      />
      {trouble.value !== null && <Note>{trouble.value}</Note>}
    </section>
  );
}

function VoiceButton({
  draft,
  changed,
  trouble,
}: {
  draft: Draft;
  changed: () => Promise<void>;
  trouble: (text: string | null) => void;
}) {
  const w = words.value;
  const keep = async (blob: Blob, seconds: number) => {
    touch(draft.id);
    const result = await app().drafts.addVoice(draft.id, blob, seconds);
    trouble(result.ok ? null : problemText(result.problem));
    await changed();
  };
  const open = () =>
    openSheet(w.voice, (close) => (
      <Lazy
        load={loadVoice}
        props={{
          done: (blob: Blob, seconds: number) => {
            close();
            void keep(blob, seconds);
          },
        }}
      />
    ));
  return (
    <button type="button" class="shoot" onClick={open}>
      <Icon name="mic" size="l" />
      <span>{w.voice}</span>
    </button>
  );
}

/** An object URL that goes when the part goes. */
export function useUrl(get: () => Promise<string | null>, key: string): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    let made: string | null = null;
    let gone = false;
    void get().then((one) => {
      made = one;
      if (gone && one !== null) URL.revokeObjectURL(one);
      else setUrl(one);
    });
    return () => {
      gone = true;
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [key]);
  return url;
}

interface ShotProps {
  draft: string;
  photo: DraftPhoto;
  form: Form;
  changed: () => Promise<void>;
}

function Shot({ draft, photo, form, changed }: ShotProps) {
  const w = words.value;
  const r = recordWords.value;
  const label = photoName(form, photo.kind);
  const url = useUrl(() => app().drafts.photoUrl(draft, photo.id), photo.id);
  const remove = async (close: () => void) => {
    close();
    await app().drafts.removePhoto(draft, photo.id);
    await changed();
  };
  const open = () =>
    openSheet(
      w.photos,
      (close) => (
        <div class="stack scroll">
          {isSound(photo.type) ? (
            <Sound url={url} />
          ) : (
            <img class="large" src={url ?? undefined} alt={label} />
          )}
          <Btn icon="waste" onClick={() => void remove(close)}>
            {r.remove_photo}
          </Btn>
        </div>
      ),
      true,
    );
  return (
    <button
      type="button"
      class="photo"
      aria-label={isSound(photo.type) ? r.voice_note : label}
      onClick={open}
    >
      {isSound(photo.type) ? <Icon name="play" size="l" /> : url !== null && <img src={url} alt="" />}
    </button>
  );
}

export const isSound = (type: string): boolean => type.startsWith("audio/");

export function Sound({ url }: { url: string | null }) {
  // biome-ignore lint/a11y/useMediaCaption: a farmer's own voice note has no captions to give
  return <audio controls src={url ?? undefined} />;
}
