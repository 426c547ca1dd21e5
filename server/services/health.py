"""What the server needs in order to work, looked at one by one."""

from __future__ import annotations

import shutil

from server.config import current_settings
from server.db import DatabaseTrouble, reading
from server.store.schema import newest_revision, revision_of


def look_around() -> dict[str, bool]:
    """Return each check and whether it holds."""
    settings = current_settings()
    try:
        with reading() as session:
            revision = revision_of(session.connection())
        is_there = True
    except DatabaseTrouble:
        revision, is_there = None, False
    free = shutil.disk_usage(settings.data_dir).free
    return {
        "database": is_there,
        "migrations": is_there and revision == newest_revision(),
        "disk": free >= settings.upload_bytes_free_min,
    }
