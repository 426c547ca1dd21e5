/** Drafts: what is being typed, and how saving it may end. */
import type { ReadonlySignal } from "@preact/signals";
import type { DraftPhotoRow, DraftRow } from "../../store/rows.ts";
import type { DocRef, Scope, Values } from "./values.ts";

/** A photo or voice note of a draft. */
export type DraftPhoto = Readonly<Omit<DraftPhotoRow, "sha256">>;
/** A draft as it is kept, for the person it belongs to. */
export type Draft = Readonly<Omit<DraftRow, "device" | "photos">> & {
  readonly photos: readonly DraftPhoto[];
};

export type DraftChange = {
  values?: Values;
  focus?: string | null;
  removedPhotos?: readonly DocRef[];
};

export type WriteProblem =
  /** The phone is full: nothing was saved, keep the text on the screen. */
  | "storage_full"
  /** IndexedDB failed twice. */
  | "storage_broken"
  /** Written by a newer version: this one may not write. */
  | "newer_data"
  /** No right to write here, or no identity. */
  | "read_only"
  /** Text longer than an op may be. */
  | "too_large"
  /** The value cannot be written (not a value of the protocol). */
  | "bad_value"
  /** Nothing differs from what was there. */
  | "nothing_changed"
  | "missing";

export type SaveResult =
  /** Durable. `photosLeft` > 0: so many photos and voice notes (`voicesLeft` of them) did not fit and stay in `draft`. */
  | {
      ok: true;
      doc: DocRef;
      scope: Scope;
      photosLeft: number;
      voicesLeft: number;
      draft: string | null;
    }
  | { ok: false; problem: WriteProblem };

export type DraftResult = { ok: true; draft: Draft } | { ok: false; problem: WriteProblem };

export interface NewDraft {
  form: string;
  season?: DocRef;
  plots?: readonly DocRef[];
  /** Field values to start with ("như lần trước", defaults). */
  values?: Values;
}

export type PhotoProblem =
  | "storage_full"
  | "storage_broken"
  /** HEIC or damaged: offer the camera in the app. */
  | "undecodable"
  | "too_large"
  | "too_long"
  | "missing";
export type PhotoResult =
  | { ok: true; photo: DraftPhoto }
  | { ok: false; problem: PhotoProblem; photo?: DraftPhoto };

export interface Drafts {
  /** Unfinished drafts of the current identity, newest first. */
  list: ReadonlySignal<readonly Draft[]>;
  /** The draft in whose form the page died, found once at the start: open it at once, in the field of `focus`. */
  toResume: ReadonlySignal<Draft | null>;
  /**
   * Start a new document, also on a full phone (`failed` says so then). `happened_on` (today) and `performed_by` (current person) are filled.
   */
  create(start: NewDraft): Promise<DraftResult>;
  /** Open a stored document for editing, or go on with the edit already begun; `focus`: at this field; `form`: by this one. */
  edit(doc: DocRef, focus?: string | null, form?: string): Promise<DraftResult>;
  get(id: string): Promise<Draft | null>;
  /**
   * Keep what is typed. Calls within 400 ms are joined; at most 2 s pass to the write. Resolves at once;
   * a failed write shows in `failed`.
   */
  keep(id: string, change: DraftChange): void;
  /** Write what is kept now (page hidden, before the camera, leaving the form). Resolves when written. */
  flush(): Promise<WriteProblem | null>;
  /** Last write of a draft failed. Null: all kept. */
  failed: ReadonlySignal<WriteProblem | null>;
  /** flush() and mark, before opening a camera that may kill the page. */
  beforeCamera(id: string, kind: string): Promise<WriteProblem | null>;
  /** The camera came back (with or without a picture). */
  afterCamera(id: string): Promise<void>;
  discard(id: string): Promise<void>;
  /** Scale (≤ 1600 px, JPEG, no EXIF), hash and store a picture. One at a time. */
  addPhoto(id: string, blob: Blob, kind: string): Promise<PhotoResult>;
  /** A voice note as recorded, ≤ 60 s. */
  addVoice(id: string, blob: Blob, seconds: number): Promise<PhotoResult>;
  removePhoto(id: string, photo: string): Promise<void>;
  /** Object URL of a draft photo, null if gone. The caller revokes it. */
  photoUrl(id: string, photo: string): Promise<string | null>;
  /** Sign and store. Text is saved without a photo that does not fit. */
  save(id: string): Promise<SaveResult>;
  /** Values of the last entry of this form (same season and plot first), without fields marked not to repeat. */
  lastLike(form: string, season: DocRef | null, plot: DocRef | null): Promise<Values | null>;
  /** Values of the newest entries of a form, newest first: a season's of them. */
  written(form: string): Promise<readonly Values[]>;
  /** Names of products used before, over the whole history: those of this form first, newest first. */
  products(form: string): Promise<readonly string[]>;
}
