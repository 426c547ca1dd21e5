/**
 * The camera inside the page: on cheap phones the camera app kills the browser, this one does not.
 *
 * A still by `ImageCapture.takePhoto` where there is one, else the frame of the video. Where no camera opens, the
 * phone's own is offered. It stores nothing: the picture goes up as a Blob.
 */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Btn, Do, Icon, Note } from "../pieces/basic.tsx";
import { words } from "../words/index.ts";
import { recordWords } from "../words/record.ts";

// Our choice: a wish for a still may never be answered; the frame that is seen is a photo too.
const STILL_MAX_MS = 5000;

interface StillCamera {
  takePhoto(): Promise<Blob>;
}
type MakeStill = new (track: MediaStreamTrack) => StillCamera;

interface CameraProps {
  taken: (blob: Blob) => void;
  other: () => void;
}

const wish = (facing: string): MediaStreamConstraints => ({
  audio: false,
  video: { facingMode: { ideal: facing }, width: { ideal: 1920 }, height: { ideal: 1080 } },
});

function stillOf(track: MediaStreamTrack): StillCamera | null {
  const Make: unknown = Reflect.get(globalThis, "ImageCapture");
  return typeof Make === "function" ? new (Make as MakeStill)(track) : null;
}

function hasTorch(track: MediaStreamTrack): boolean {
  return Reflect.get(track.getCapabilities?.() ?? {}, "torch") === true;
}

async function takeStill(track: MediaStreamTrack): Promise<Blob | null> {
  const late = new Promise<null>((resolve) => {
    setTimeout(() => resolve(null), STILL_MAX_MS);
  });
  try {
    return await Promise.race([stillOf(track)?.takePhoto() ?? null, late]);
  } catch {
    return null; // also where a camera that another app took is asked
  }
}

async function frameOf(video: HTMLVideoElement): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return new Promise((resolve) => {
    canvas.toBlob(resolve, "image/jpeg", 0.9);
  });
}

export function Camera({ taken, other }: CameraProps) {
  const w = words.value;
  const r = recordWords.value;
  const video = useRef<HTMLVideoElement>(null);
  const track = useSignal<MediaStreamTrack | null>(null);
  const facing = useSignal("environment");
  const failed = useSignal(false);
  const seen = useSignal(false); // a frame is there: before it the button would take nothing
  const busy = useSignal(false);
  const light = useSignal(false);

  useEffect(() => {
    let stream: MediaStream | null = null;
    let gone = false;
    track.value = null;
    seen.value = false;
    navigator.mediaDevices.getUserMedia(wish(facing.value)).then(
      (opened) => {
        stream = opened;
        if (gone) for (const one of opened.getTracks()) one.stop();
        else if (video.current !== null) {
          video.current.srcObject = opened;
          track.value = opened.getVideoTracks()[0] ?? null;
        }
      },
      () => {
        failed.value = true;
      },
    );
    return () => {
      gone = true;
      for (const one of stream?.getTracks() ?? []) one.stop();
    };
  }, [facing.value]);

  const shoot = async () => {
    const { current } = video;
    if (current === null || track.value === null) return;
    busy.value = true;
    const blob = (await takeStill(track.value)) ?? (await frameOf(current));
    busy.value = false;
    if (blob === null) failed.value = true;
    else taken(blob);
  };
  const torch = async () => {
    light.value = !light.value;
    await track.value
      ?.applyConstraints({ advanced: [{ torch: light.value } as MediaTrackConstraintSet] })
      .catch(() => undefined);
  };
  return (
    <div class="camera">
      {failed.value ? (
        <Note>{r.camera_no}</Note>
      ) : (
        <video
          ref={video}
          autoplay
          playsInline
          muted
          onLoadedData={() => {
            seen.value = true;
          }}
        >
          <track kind="captions" />
        </video>
      )}
      <div class="duo">
        {track.value !== null && hasTorch(track.value) && (
          <Btn icon="torch" onClick={() => void torch()}>
            {r.torch}
          </Btn>
        )}
        <Btn
          icon="switch"
          onClick={() => {
            facing.value = facing.value === "environment" ? "user" : "environment";
          }}
        >
          {r.turn_camera}
        </Btn>
        <Btn onClick={other}>{r.pick_photo}</Btn>
      </div>
      {!failed.value && (
        <Do onClick={() => void shoot()} disabled={busy.value || !seen.value}>
          <Icon name="camera" />
          {w.shoot}
        </Do>
      )}
    </div>
  );
}
