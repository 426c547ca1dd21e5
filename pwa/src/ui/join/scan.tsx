/**
 * The scanner inside the app: an iPhone's home-screen app gets no invitation from the camera app.
 *
 * `BarcodeDetector` where the browser has one, else a small reader that is fetched now. No picture is kept.
 */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Note } from "../pieces/basic.tsx";
import { door } from "../words/door.ts";

/** Give the text of the code in the frame, or null. */
type Read = (video: HTMLVideoElement) => Promise<string | null>;

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
type MakeDetector = (new (options: {
  formats: string[];
}) => Detector) & {
  getSupportedFormats(): Promise<string[]>;
};

const LOOK_EVERY_MS = 150; // our choice: a cheap phone needs about as long for one frame
const SIDE_MAX = 720;

async function systemReader(): Promise<Read | null> {
  const Make = Reflect.get(globalThis, "BarcodeDetector") as MakeDetector | undefined;
  if (typeof Make !== "function") return null;
  const formats = await Make.getSupportedFormats().catch((): string[] => []);
  if (!formats.includes("qr_code")) return null;
  const detector = new Make({ formats: ["qr_code"] });
  return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
}

async function ownReader(): Promise<Read> {
  const { default: decode } = await import("qr/decode.js");
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const scale = Math.min(1, SIDE_MAX / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    if (pen === null || canvas.width === 0 || canvas.height === 0) return null;
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      return decode(pen.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      return null; // no code in this frame
    }
  };
}

/** `goesOn`: look for the next one; the code in front of the camera is told once until another comes. */
export function Scan({ found, goesOn = false }: { found: (text: string) => void; goesOn?: boolean }) {
  const w = door.value;
  const video = useRef<HTMLVideoElement>(null);
  const failed = useSignal<string | null>(null);
  useEffect(() => {
    let gone = false;
    let stream: MediaStream | null = null;
    const stop = () => {
      gone = true;
      for (const one of stream?.getTracks() ?? []) one.stop();
    };
    let before = "";
    const watch = async (read: Read) => {
      while (!gone) {
        if (goesOn && video.current?.paused) await video.current.play().catch(() => undefined);
        const text = video.current === null ? null : await read(video.current).catch(() => null);
        if (gone) return;
        if (text !== null && text !== "" && text !== before) {
          before = text;
          if (!goesOn) stop();
          found(text);
          if (!goesOn) return;
        }
        await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
      }
    };
    const open = async () => {
      const wish = { audio: false, video: { facingMode: { ideal: "environment" } } };
      stream = await navigator.mediaDevices.getUserMedia(wish).catch(() => null);
      if (stream === null) failed.value = w.scan_no_camera;
      if (gone) stop();
      if (stream === null || gone || video.current === null) return;
      video.current.srcObject = stream;
      const read = (await systemReader()) ?? (await ownReader().catch(() => null));
      if (read === null) failed.value = w.scan_no_reader;
      else await watch(read);
    };
    void open();
    return stop;
  }, []);
  return (
    <div class="camera scan">
      {failed.value !== null ? (
        <Note>{failed.value}</Note>
      ) : (
        <>
          <p>{w.scan_how}</p>
          <video ref={video} autoplay playsInline muted>
            <track kind="captions" />
          </video>
        </>
      )}
    </div>
  );
}
