"""Every limit of the protocol, with its unit in its name.

Limits are protocol, not settings: a phone that keeps them is never refused for size.
Source: WIRE "Request", "Photos", "Export file"; DESIGN §3.
"""

from typing import Final

VERSION: Final = 1

INTEGER_MAX: Final = 2**53 - 1
DEPTH_MAX: Final = 8
BODY_BYTES_MAX: Final = 32 * 1024
PRIVATE_BYTES_MAX: Final = 16 * 1024
PARENTS_MAX: Final = 16
NAME_CHARS_MAX: Final = 100  # our choice: `line.<8>.<name>` stays far below
ORIGIN_CHARS_MAX: Final = 100

KEY_BYTES: Final = 65
SIGNATURE_BYTES: Final = 64
DIGEST_BYTES: Final = 32
SALT_BYTES: Final = 16
NOTE_KEY_BYTES: Final = 32
NOTE_BYTES_MAX: Final = 16 * 1024  # our choice: a checkpoint with a hundred witnesses
SECRET_BYTES: Final = 16
DEVICE_CHARS: Final = 32
CODE_CHARS: Final = 8

REQUEST_OPS_MAX: Final = 100
REQUEST_BYTES_MAX: Final = 1024 * 1024
REQUEST_SCOPES_MAX: Final = 64
REQUEST_ROWS_MAX: Final = 100
REQUEST_KEYS_MAX: Final = 100
REQUEST_ASSERTIONS_MAX: Final = 100
ASSERTION_IDS_MAX: Final = 100
PAGE_OPS_MAX: Final = 500
PAGE_BYTES_MAX: Final = 1024 * 1024
WANT_MAX: Final = 100
TURNED_DOWN_MAX: Final = 500
ADMISSION_IDS_MAX: Final = 100
ERASURE_DOCUMENTS_MAX: Final = 500
BATCH_OPS_FIRST: Final = 20
READING_ROWS_MAX: Final = 500  # our choice: two days at five minutes, within an op's body
READING_MEASURES_MAX: Final = 12

PHOTO_BYTES_MAX: Final = 12_000_000
PHOTO_PIXELS_MAX: Final = 25_000_000
PHOTO_SIDE_PX: Final = 1600
VOICE_SECONDS_MAX: Final = 60
PROPOSAL_VOICE_BYTES_MAX: Final = 400_000  # our choice: a minute at up to 53 kbit/s; two fit no request
BOUNDARY_POINTS_MAX: Final = 200
BUNDLE_BYTES_MAX: Final = 8_000_000  # our choice: ten thousand ops with their links
EXPORT_BYTES_MAX: Final = 200_000_000

TREE_ASK_MINUTES: Final = 10
SESSION_HOURS: Final = 24
NONCE_MINUTES: Final = 5
INVITE_HOURS: Final = 72
INVITE_TRIES_MAX: Final = 5
