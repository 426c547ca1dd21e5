/** A voice note of at most 60 seconds, kept as the phone records it (WebM or MP4). */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Do, Note } from "../pieces/basic.tsx";
import { words } from "../words/index.ts";
import { recordWords } from "../words/record.ts";

const SECONDS_MAX = 60;
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/webm"];

export function Voice({ done }: { done: (blob: Blob, seconds: number) => void }) {
  const w = words.value;
  const r = recordWords.value;
  const seconds = useSignal<number | null>(null); // none: nobody listens yet
  const failed = useSignal(false);
  const recorder = useRef<MediaRecorder | null>(null);

  useEffect(() => {
    let stream: MediaStream | null = null;
    let gone = false;
    const clock = setInterval(() => {
      if (recorder.current?.state !== "recording") return;
      seconds.value = (seconds.value ?? 0) + 1;
      if (seconds.value >= SECONDS_MAX) recorder.current.stop();
    }, 1000);
    const open = async () => {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      if (gone) for (const one of stream.getTracks()) one.stop();
      else {
        recorder.current = record(stream, (blob) => done(blob, Math.max(1, seconds.value ?? 0)));
        seconds.value = 0;
      }
    };
    open().catch(() => {
      failed.value = true;
    });
    return () => {
      gone = true;
      clearInterval(clock);
      // Closed without "Nói xong": nothing is kept.
      if (recorder.current !== null) recorder.current.onstop = null;
      for (const one of stream?.getTracks() ?? []) one.stop();
    };
  }, []);

  if (failed.value) return <Note>{w.voice_no}</Note>;
  return (
    <>
      <p class="answer" role="status">
        {seconds.value === null ? r.recording_soon : r.recording(seconds.value)}
      </p>
      <Do icon="stop-record" onClick={() => recorder.current?.stop()} disabled={seconds.value === null}>
        {r.stop_recording}
      </Do>
    </>
  );
}

function record(stream: MediaStream, finished: (blob: Blob) => void): MediaRecorder {
  const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
  const made = new MediaRecorder(
    stream,
    type === undefined ? {} : { mimeType: type, audioBitsPerSecond: 24_000 },
  );
  const parts: Blob[] = [];
  made.ondataavailable = (event) => parts.push(event.data);
  made.onstop = () =>
    finished(new Blob(parts, { type: (made.mimeType || "audio/webm").split(";")[0] ?? "audio/webm" }));
  made.start();
  return made;
}
