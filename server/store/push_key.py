"""The key by which push services know this server (VAPID): two files beside the database, of `flask setup`.

Serving processes hand out the public half; the command that sends signs with the private one.
Source: RFC 8292.
"""

from __future__ import annotations

from typing import Final

from server.store.key_files import KeyFiles, KeyMissing


class PushKeyMissing(KeyMissing):
    """A file of the push key is missing or is not the other's half."""


FILES: Final = KeyFiles("push", PushKeyMissing)
