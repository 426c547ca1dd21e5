/**
 * Ed25519, to verify the log's notes: by WebCrypto, or by a library where the browser's has no such key.
 *
 * The library comes only then: phones before Chrome 137 and Safari 17 load it with the first checkpoint.
 * Twin of `verify_note` in `sync/signing.py`. Source: RFC 8032; WebCrypto "Ed25519".
 */

type Bytes = Uint8Array<ArrayBuffer>;

/** Whether an Ed25519 key (32 bytes) signed `message`; false for bytes that are no key or signature. */
export async function verifyNote(
  key: Bytes,
  message: Bytes,
  signature: Bytes,
  subtle: SubtleCrypto = crypto.subtle,
): Promise<boolean> {
  if (key.length !== 32 || signature.length !== 64) return false;
  let loaded: CryptoKey;
  try {
    loaded = await subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    // DataError: a browser that knows Ed25519 and says that these bytes are no key of it.
    if (error instanceof Error && error.name === "DataError") return false;
    return verifyHere(key, message, signature);
  }
  return subtle.verify("Ed25519", loaded, signature, message);
}

/** The same without WebCrypto's Ed25519 (it still hashes there). */
export async function verifyHere(key: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  const { verifyAsync } = await import("@noble/ed25519");
  try {
    // As RFC 8032 says and OpenSSL does; the library's own default also takes what other libraries refuse.
    return await verifyAsync(signature, message, key, { zip215: false });
  } catch {
    return false;
  }
}
