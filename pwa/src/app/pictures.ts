/**
 * Scale a picture to at most 1600 px as JPEG; re-encoding drops EXIF and everything else that was in the file.
 *
 * The decode and the encode run off the main thread in the browser itself (`createImageBitmap`, `convertToBlob`).
 */
import { PHOTO_SIDE_PX } from "../core/limits.ts";

const QUALITY = 0.72;

export async function scalePicture(
  file: Blob,
): Promise<{ bytes: ArrayBuffer; width: number; height: number } | null> {
  let bitmap: ImageBitmap | null = null;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, PHOTO_SIDE_PX / Math.max(bitmap.width, bitmap.height));
    const width = Math.max(1, Math.round(bitmap.width * scale));
    const height = Math.max(1, Math.round(bitmap.height * scale));
    const canvas = new OffscreenCanvas(width, height);
    const pen = canvas.getContext("2d");
    if (pen === null) return null;
    pen.drawImage(bitmap, 0, 0, width, height);
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
    return { bytes: await blob.arrayBuffer(), width, height };
  } catch {
    return null;
  } finally {
    bitmap?.close();
  }
}
