/** Pictures made small: in a worker, and in the page only where the browser can't draw in one (iOS < 16.4). */
import { scriptUrl } from "../shared/trusted.ts";
import { type Canvas, type Scaled, type ScaleProblem, scale } from "./scale.ts";
import scalerUrl from "./scaler.ts?worker&url";

export type ScalePicture = (file: Blob) => Promise<Scaled | ScaleProblem>;

/** A decoder that says nothing for so long has no memory left. */
const TIMEOUT_MS = 30_000;

/** The page's own canvas: the same work, in the way of the person's taps. */
function pageCanvas(): Canvas {
  const image = new Image();
  const canvas = document.createElement("canvas");
  return {
    async decode(file) {
      const url = URL.createObjectURL(file);
      image.src = url;
      const isThere = await image.decode().then(
        () => true,
        () => false,
      );
      const close = () => {
        canvas.width = 0; // gives the memory back at once on iOS
        URL.revokeObjectURL(url);
      };
      if (!isThere) close();
      return isThere ? { width: image.naturalWidth, height: image.naturalHeight, close } : null;
    },
    draw(width, height) {
      canvas.width = width;
      canvas.height = height;
      const pen = canvas.getContext("2d", { alpha: false });
      pen?.drawImage(image, 0, 0, width, height);
      return pen !== null;
    },
    encode: (quality) => new Promise((done) => canvas.toBlob(done, "image/jpeg", quality)),
  };
}

/** Null where the worker did not start: the page does it. */
function inWorker(file: Blob): Promise<Scaled | ScaleProblem | null> {
  return new Promise((done) => {
    // The address has passed the policy; the library's type knows only text.
    const worker = new Worker(scriptUrl(scalerUrl) as string, { type: "module" });
    const end = (result: Scaled | ScaleProblem | null) => {
      clearTimeout(timer);
      worker.terminate();
      done(result);
    };
    const timer = setTimeout(() => end({ problem: "too_large" }), TIMEOUT_MS);
    worker.onmessage = (event: MessageEvent<Scaled | ScaleProblem>) => end(event.data);
    worker.onerror = () => end(null);
    worker.postMessage(file);
  });
}

export const scalePicture: ScalePicture = async (file) => {
  if (typeof Worker !== "undefined" && typeof OffscreenCanvas !== "undefined") {
    const done = await inWorker(file).catch(() => null);
    if (done !== null) return done;
  }
  return scale(file, pageCanvas(), crypto.subtle);
};
