/** Width and height of a picture from its first bytes: JPEG and PNG; null for what is neither. Decodes nothing. */
export interface Size {
  width: number;
  height: number;
}

/** So much of a file is looked at: what cameras put before the size (EXIF, a thumbnail) is shorter. */
export const HEAD_BYTES = 262_144;

const PNG = [0x89, 0x50, 0x4e, 0x47];
/** Start-of-frame marks; C4, C8 and CC mean something else. */
const isFrame = (mark: number): boolean => mark >= 0xc0 && mark <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(mark);

export function parsePictureSize(head: Uint8Array): Size | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (PNG.every((byte, i) => head[i] === byte) && head.length >= 24) {
    return { width: view.getUint32(16), height: view.getUint32(20) };
  }
  if (head[0] !== 0xff || head[1] !== 0xd8) return null;
  let at = 2;
  while (at + 9 < head.length) {
    if (head[at] !== 0xff) return null;
    const mark = head[at + 1] ?? 0;
    if (mark === 0xff) at += 1;
    else if (isFrame(mark)) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    else at += 2 + view.getUint16(at + 2);
  }
  return null;
}
