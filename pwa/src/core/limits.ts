/**
 * Every limit of the protocol, with its unit in its name.
 *
 * Limits are protocol, not settings: a phone that keeps them is never refused for size. The same names and
 * numbers stand in `sync/limits.py`; `tests/sync/test_limits.py` compares the two files.
 * Source: WIRE "Request", "Photos", "Export file"; DESIGN §3.
 */

export const VERSION = 1;

export const INTEGER_MAX = 9007199254740991;
export const DEPTH_MAX = 8;
export const BODY_BYTES_MAX = 32768;
export const PRIVATE_BYTES_MAX = 16384;
export const PARENTS_MAX = 16;
export const NAME_CHARS_MAX = 100; // our choice: `line.<8>.<name>` stays far below
export const ORIGIN_CHARS_MAX = 100;

export const KEY_BYTES = 65;
export const SIGNATURE_BYTES = 64;
export const DIGEST_BYTES = 32;
export const SALT_BYTES = 16;
export const NOTE_KEY_BYTES = 32;
export const NOTE_BYTES_MAX = 16_384; // our choice: a checkpoint with a hundred witnesses
export const SECRET_BYTES = 16;
export const DEVICE_CHARS = 32;
export const CODE_CHARS = 8;

export const REQUEST_OPS_MAX = 100;
export const REQUEST_BYTES_MAX = 1048576;
export const REQUEST_SCOPES_MAX = 64;
export const REQUEST_ROWS_MAX = 100;
export const REQUEST_KEYS_MAX = 100;
export const REQUEST_ASSERTIONS_MAX = 100;
export const ASSERTION_IDS_MAX = 100;
export const PAGE_OPS_MAX = 500;
export const PAGE_BYTES_MAX = 1048576;
export const WANT_MAX = 100;
export const TURNED_DOWN_MAX = 500;
export const ADMISSION_IDS_MAX = 100;
export const ERASURE_DOCUMENTS_MAX = 500;
export const BATCH_OPS_FIRST = 20;
export const READING_ROWS_MAX = 500; // our choice: two days at five minutes, within an op's body
export const READING_MEASURES_MAX = 12;

export const PHOTO_BYTES_MAX = 12_000_000;
export const PHOTO_PIXELS_MAX = 25_000_000;
export const PHOTO_SIDE_PX = 1600;
export const VOICE_SECONDS_MAX = 60;
export const PROPOSAL_VOICE_BYTES_MAX = 400_000; // our choice: a minute at up to 53 kbit/s; two fit no request
export const BOUNDARY_POINTS_MAX = 200;
export const BUNDLE_BYTES_MAX = 8_000_000; // our choice: ten thousand ops with their links
export const EXPORT_BYTES_MAX = 200_000_000;

export const TREE_ASK_MINUTES = 10;
export const SESSION_HOURS = 24;
export const NONCE_MINUTES = 5;
export const INVITE_HOURS = 72;
export const INVITE_TRIES_MAX = 5;
