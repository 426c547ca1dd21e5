/** Everything that a seed decides, drawn from one stream: which step, which fault, which id, which key. */
import { createECDH } from "node:crypto";

const CURVE = { name: "ECDSA", namedCurve: "P-256" };

export class Chance {
  private state: number;

  constructor(seed: number) {
    this.state = (seed * 0x9e3779b9 + 0x7f4a7c15) >>> 0;
  }
  /** A number in [0, 1): mulberry32. */
  readonly next = (): number => {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  is(probability: number): boolean {
    return this.next() < probability;
  }
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }
  one<T>(list: readonly T[]): T {
    const found = list[this.whole(0, list.length - 1)];
    if (found === undefined) throw new RangeError("nothing to choose from");
    return found;
  }
  /** A name, drawn by its weight. */
  weighted(weights: { [name: string]: number }): string {
    const names = Object.keys(weights);
    let at = this.next() * names.reduce((sum, name) => sum + (weights[name] ?? 0), 0);
    for (const name of names) {
      at -= weights[name] ?? 0;
      if (at < 0) return name;
    }
    return names.at(-1) ?? "";
  }
  bytes(size: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length: size }, () => this.whole(0, 255));
  }
}

/** WebCrypto with this stream's random bytes and keys, so that a seed makes the same devices again. */
export function seededCrypto(chance: Chance): Crypto {
  const { subtle } = globalThis.crypto;
  const generateKey = async () => {
    const pair = createECDH("prime256v1");
    const secret = chance.bytes(32);
    secret[0] = 1; // below the order of the curve
    pair.setPrivateKey(secret);
    const point = pair.getPublicKey();
    const url = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
    const open = { kty: "EC", crv: "P-256", x: url(point.subarray(1, 33)), y: url(point.subarray(33)) };
    return {
      privateKey: await subtle.importKey("jwk", { ...open, d: url(secret) }, CURVE, false, ["sign"]),
      publicKey: await subtle.importKey("jwk", open, CURVE, true, ["verify"]),
    };
  };
  const ours = new Proxy(subtle, {
    get: (target, name) => {
      if (name === "generateKey") return generateKey;
      const found: unknown = Reflect.get(target, name);
      return typeof found === "function" ? found.bind(target) : found;
    },
  });
  const fill = (array: Uint8Array<ArrayBuffer>) => {
    array.set(chance.bytes(array.length));
    return array;
  };
  return {
    subtle: ours,
    getRandomValues: fill,
    randomUUID: globalThis.crypto.randomUUID,
  } as unknown as Crypto;
}
