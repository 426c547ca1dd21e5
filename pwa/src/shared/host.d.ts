/**
 * The few host objects that core may use, declared by hand because core is compiled without the DOM library:
 * WebCrypto and the text coders exist alike in a page, a worker and Node. Same names as in the DOM library, so
 * that the files of core compile under both; only tsconfig.core.json includes this one.
 */
interface CryptoKey {
  readonly extractable: boolean;
  readonly type: "private" | "public" | "secret";
}
interface CryptoKeyPair {
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}
type BufferSource = ArrayBufferView<ArrayBuffer> | ArrayBuffer;
type KeyUsage = "sign" | "verify";
interface EcKeyImportParams {
  name: string;
  namedCurve: string;
}
interface EcdsaParams {
  name: string;
  hash: string;
}
interface SubtleCrypto {
  digest(algorithm: string, data: BufferSource): Promise<ArrayBuffer>;
  generateKey(
    algorithm: EcKeyImportParams,
    extractable: boolean,
    uses: readonly KeyUsage[],
  ): Promise<CryptoKeyPair>;
  importKey(
    format: "raw" | "spki" | "pkcs8",
    data: BufferSource,
    algorithm: EcKeyImportParams | { name: string },
    extractable: boolean,
    uses: readonly KeyUsage[],
  ): Promise<CryptoKey>;
  importKey(
    format: "jwk",
    key: { kty: string; n: string; e: string },
    algorithm: EcdsaParams,
    extractable: boolean,
    uses: readonly KeyUsage[],
  ): Promise<CryptoKey>;
  exportKey(format: "raw" | "spki" | "pkcs8", key: CryptoKey): Promise<ArrayBuffer>;
  sign(algorithm: EcdsaParams, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>;
  verify(
    algorithm: EcdsaParams | string,
    key: CryptoKey,
    signature: BufferSource,
    data: BufferSource,
  ): Promise<boolean>;
}
interface Crypto {
  readonly subtle: SubtleCrypto;
  getRandomValues<T extends ArrayBufferView>(array: T): T;
}
declare const crypto: Crypto;
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: BufferSource): string;
}
declare function btoa(text: string): string;
declare function atob(text: string): string;
