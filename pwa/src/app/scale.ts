/**
 * A picture made small: at most 1600 px, a JPEG of 200–350 KB as far as it can be had, nothing of the file kept but
 * what it shows (EXIF, positions, thumbnails and trailers go). The same in a worker and, where a browser can't draw
 * there, in the page; only how pixels become a file differs.
 */
import { PHOTO_SIDE_PX } from "../core/limits.ts";
import { HEAD_BYTES, parsePictureSize, type Size } from "./picture_size.ts";

export type Scaled = { bytes: ArrayBuffer; sha256: Uint8Array<ArrayBuffer>; width: number; height: number };
export type ScaleProblem = { problem: "undecodable" | "too_large" };

/** Our choice: decoded whole, 64 Mpx are 256 MB, what a phone of 2 GB can just give (case 18). */
export const PIXELS_MAX = 64_000_000;
const BYTES_GOAL = 350_000;
const BYTES_LOW = 200_000;
/** From what a picture is tried with first, down to what is still readable. */
const QUALITIES = [0.75, 0.62, 0.5, 0.38];
const QUALITY_HIGH = 0.87;

/** What differs between worker and page: an image to draw, and a drawn size as a file of some quality. */
export interface Canvas {
  decode(file: Blob, size: Size | null): Promise<{ width: number; height: number; close(): void } | null>;
  /** Draw the decoded image at this size. */
  draw(width: number, height: number): boolean;
  encode(quality: number): Promise<Blob | null>;
}

/** The size within the limit, never larger than it was. */
export function fitSize(size: Size): Size {
  const scale = Math.min(1, PHOTO_SIDE_PX / Math.max(size.width, size.height));
  const side = (px: number) => Math.max(1, Math.round(px * scale));
  return { width: side(size.width), height: side(size.height) };
}

async function encodeNear(canvas: Canvas): Promise<Blob | null> {
  let best: Blob | null = null;
  for (const quality of QUALITIES) {
    best = await canvas.encode(quality);
    if (best === null || best.size <= BYTES_GOAL) break;
  }
  if (best === null || best.size >= BYTES_LOW) return best;
  const finer = await canvas.encode(QUALITY_HIGH);
  return finer !== null && finer.size <= BYTES_GOAL && finer.size > best.size ? finer : best;
}

export async function scale(
  file: Blob,
  canvas: Canvas,
  subtle: SubtleCrypto,
): Promise<Scaled | ScaleProblem> {
  const size = parsePictureSize(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()));
  if (size !== null && size.width * size.height > PIXELS_MAX) return { problem: "too_large" };
  const image = await canvas.decode(file, size);
  if (image === null || image.width < 1 || image.height < 1) return { problem: "undecodable" };
  try {
    const { width, height } = fitSize(image);
    const blob = canvas.draw(width, height) ? await encodeNear(canvas) : null;
    if (blob === null) return { problem: "undecodable" };
    const bytes = await blob.arrayBuffer();
    return { bytes, sha256: new Uint8Array(await subtle.digest("SHA-256", bytes)), width, height };
  } finally {
    image.close();
  }
}
