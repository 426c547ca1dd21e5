/** The worker that makes pictures small, off the page's thread: one message in, one out, then it is ended. */
import { PHOTO_SIDE_PX } from "../core/limits.ts";
import type { Size } from "./picture_size.ts";
import { type Canvas, scale } from "./scale.ts";

/** Decode at a size near the goal where that never enlarges: pixels that nobody keeps need no memory. */
function options(size: Size | null): ImageBitmapOptions {
  const isLarge = size !== null && Math.min(size.width, size.height) > PHOTO_SIDE_PX;
  return isLarge ? { resizeWidth: PHOTO_SIDE_PX, resizeQuality: "high" } : {};
}

function offscreen(): Canvas {
  let bitmap: ImageBitmap | null = null;
  let canvas: OffscreenCanvas | null = null;
  return {
    async decode(file, size) {
      const wish = options(size);
      try {
        bitmap = await createImageBitmap(file, { imageOrientation: "from-image", ...wish });
      } catch {
        // Chrome before 112 does not know the word, and turns pictures as their EXIF says without it.
        bitmap = await createImageBitmap(file, wish).catch(() => null);
      }
      return bitmap;
    },
    draw(width, height) {
      canvas = new OffscreenCanvas(width, height);
      const pen = canvas.getContext("2d", { alpha: false });
      if (pen === null || bitmap === null) return false;
      pen.drawImage(bitmap, 0, 0, width, height);
      return true;
    },
    encode: async (quality) => canvas?.convertToBlob({ type: "image/jpeg", quality }) ?? null,
  };
}

addEventListener("message", (event: MessageEvent<Blob>) => {
  scale(event.data, offscreen(), crypto.subtle).then(
    (done) => postMessage(done, { transfer: "bytes" in done ? [done.bytes] : [] }),
    () => postMessage({ problem: "undecodable" }),
  );
});
