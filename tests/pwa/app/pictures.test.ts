/** Making a picture small: what is refused before it is decoded, what size and weight come out, hash and sides. */
import { createHash } from "node:crypto";
import { expect, test, vi } from "vitest";
import { parsePictureSize } from "../../../pwa/src/app/picture_size.ts";
import { type Canvas, fitSize, PIXELS_MAX, scale } from "../../../pwa/src/app/scale.ts";
import { Desk } from "./desk.ts";

/** The head of a JPEG as a phone writes it: EXIF with a thumbnail, tables, then the frame. */
function jpegHead(width: number, height: number): Uint8Array<ArrayBuffer> {
  const side = (px: number) => [px >> 8, px & 255];
  const exif = [0xff, 0xe1, 0x01, 0x02, ...new Array<number>(0x100).fill(0xc0)];
  const table = [0xff, 0xc4, 0x00, 0x04, 0x01, 0x02];
  return new Uint8Array([
    0xff,
    0xd8,
    ...exif,
    ...table,
    0xff,
    0xc2,
    0,
    17,
    8,
    ...side(height),
    ...side(width),
    3,
    0,
    0,
  ]);
}
const pngHead = (width: number, height: number) => {
  const head = new Uint8Array(24);
  head.set([0x89, 0x50, 0x4e, 0x47]);
  new DataView(head.buffer).setUint32(16, width);
  new DataView(head.buffer).setUint32(20, height);
  return head;
};

/** A canvas whose files weigh so much at full quality. */
function fake(size: { width: number; height: number } | null, weight = 600_000) {
  const closed = vi.fn();
  const tried: number[] = [];
  const drawn: number[][] = [];
  const canvas: Canvas = {
    decode: async () => (size === null ? null : { ...size, close: closed }),
    draw: (width, height) => drawn.push([width, height]) > 0,
    encode: async (quality) => {
      tried.push(quality);
      return new Blob([new Uint8Array(Math.round(weight * quality))]);
    },
  };
  return { canvas, closed, tried, drawn };
}
const file = (head: Uint8Array<ArrayBuffer>) => new Blob([head]);
const { subtle } = crypto;

test.each([
  ["a JPEG behind its EXIF", jpegHead(4000, 3000), { width: 4000, height: 3000 }],
  ["a PNG", pngHead(800, 600), { width: 800, height: 600 }],
  ["a HEIC", new TextEncoder().encode("\0\0\0\x18ftypheic"), null],
  ["a cut JPEG", jpegHead(4000, 3000).slice(0, 50), null],
  ["nothing", new Uint8Array(0), null],
])("the size of %s is read without decoding it", (_, head, size) => {
  expect(parsePictureSize(head)).toEqual(size);
});

test("case 18: 108 million pixels are refused before any memory is taken", async () => {
  const { canvas } = fake({ width: 12_000, height: 9000 });
  const decode = vi.spyOn(canvas, "decode");
  expect(await scale(file(jpegHead(12_000, 9000)), canvas, subtle)).toEqual({ problem: "too_large" });
  expect(decode).not.toHaveBeenCalled();
  expect(PIXELS_MAX).toBeGreaterThan(8000 * 6000);
  expect(await scale(file(jpegHead(8000, 6000)), canvas, subtle)).toHaveProperty("bytes");
});

test("case 19: what cannot be decoded is told, nothing is dropped in silence", async () => {
  const { canvas } = fake(null);
  const heic = new Blob([new TextEncoder().encode("\0\0\0\x18ftypheic")]);
  expect(await scale(heic, canvas, subtle)).toEqual({ problem: "undecodable" });
  const desk = await Desk.open({}, async () => ({ problem: "undecodable" }));
  const draft = await desk.begin("CT-10", { note: "Phun chiều" });
  expect(await desk.drafts.addPhoto(draft.id, heic, "work")).toEqual({ ok: false, problem: "undecodable" });
  expect(await desk.drafts.save(draft.id)).toMatchObject({ ok: true });
});

test("the longer side is at most 1600 px, and nothing is made larger", () => {
  expect(fitSize({ width: 4000, height: 3000 })).toEqual({ width: 1600, height: 1200 });
  expect(fitSize({ width: 3000, height: 4000 })).toEqual({ width: 1200, height: 1600 });
  expect(fitSize({ width: 800, height: 600 })).toEqual({ width: 800, height: 600 });
  expect(fitSize({ width: 40_000, height: 10 })).toEqual({ width: 1600, height: 1 });
});

test.each([
  [400_000, 0.75, 300_000],
  [600_000, 0.5, 300_000],
  [2_000_000, 0.38, 760_000],
  [240_000, 0.87, 208_800],
])("a picture of %i bytes at full quality is written at %f: %i bytes", async (weight, quality, bytes) => {
  const { canvas, tried } = fake({ width: 4000, height: 3000 }, weight);
  const made = await scale(file(jpegHead(4000, 3000)), canvas, subtle);
  expect(made).toHaveProperty("bytes");
  expect("bytes" in made ? made.bytes.byteLength : 0).toBe(bytes);
  expect(tried).toContain(quality);
});

test("the hash is that of the bytes, the sides are those drawn, the decoded picture is given back", async () => {
  const { canvas, closed, drawn } = fake({ width: 4000, height: 3000 });
  const made = await scale(file(jpegHead(4000, 3000)), canvas, subtle);
  if (!("bytes" in made)) throw new Error(made.problem);
  expect(Buffer.from(made.sha256)).toEqual(createHash("sha256").update(new Uint8Array(made.bytes)).digest());
  expect(drawn).toEqual([[made.width, made.height]]);
  expect(closed).toHaveBeenCalledOnce();
});

test("one picture at a time, in the order they were taken, and one that fails does not stop the next", async () => {
  const order: string[] = [];
  let running = 0;
  const desk = await Desk.open({}, async (blob) => {
    running += 1;
    expect(running).toBe(1);
    const text = await blob.text();
    order.push(text);
    running -= 1;
    if (text === "hai") throw new Error("worker died");
    const bytes = await blob.arrayBuffer();
    return { bytes, sha256: new Uint8Array(await subtle.digest("SHA-256", bytes)), width: 1, height: 1 };
  });
  const draft = await desk.begin();
  const taken = ["một", "hai", "ba"].map((text) => desk.drafts.addPhoto(draft.id, new Blob([text]), "work"));
  const ends = await Promise.allSettled(taken);
  expect(order).toEqual(["một", "hai", "ba"]);
  expect(ends.map((one) => one.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect((await desk.drafts.get(draft.id))?.photos).toHaveLength(2);
});

test("a voice note longer than a minute is refused, one of a minute is kept with its length", async () => {
  const desk = await Desk.open();
  const draft = await desk.begin();
  const sound = new Blob([new Uint8Array(50)], { type: "audio/webm;codecs=opus" });
  expect(await desk.drafts.addVoice(draft.id, sound, 75)).toEqual({ ok: false, problem: "too_long" });
  expect(await desk.drafts.addVoice(draft.id, sound, 60)).toMatchObject({
    ok: true,
    photo: { kind: "voice", type: "audio/webm", seconds: 60 },
  });
});
