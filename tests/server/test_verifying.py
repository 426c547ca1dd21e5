"""Many signatures are checked at once, with the answers that each alone would get."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence

import pytest

from server.services.verifying import SHARE_MIN, Signed, verify_all
from sync import signing
from sync.signing import SoftwareKey

PHONE, OTHER = SoftwareKey.generate(), SoftwareKey.generate()
NO_KEY = b"\x04" + bytes(64)


def signed(number: int) -> Signed:
    """Return in turn one that stands, of another message, of another key, of no key, and a short one."""
    said = f"op {number}".encode()
    good = PHONE.sign(said)
    return [
        (PHONE.public, said, good),
        (PHONE.public, said + b"!", good),
        (OTHER.public, said, good),
        (NO_KEY, said, good),
        (PHONE.public, said, good[:63]),
    ][number % 5]


MANY = [signed(number) for number in range(10 * SHARE_MIN + 3)]
WHY = [None, "bad_signature", "bad_signature", "bad_key", "bad_signature"]


def slugs(some: Sequence[Signed]) -> list[str | None]:
    return [None if one is None else one.slug for one in verify_all(some)]


@pytest.mark.parametrize("processors", [None, 1, 2, 3, 64])
@pytest.mark.parametrize("number", [0, 1, 2 * SHARE_MIN - 1, 2 * SHARE_MIN, 3 * SHARE_MIN + 1, len(MANY)])
def test_each_gets_its_own_answer_in_its_place(
    processors: int | None, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert slugs(MANY[:number]) == [WHY[place % 5] for place in range(number)]


def test_threads_share_the_work_and_few_ops_are_not_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    seen: dict[str, int] = {}
    plain = signing.verify

    def noted(key: bytes, message: bytes, signature: bytes) -> bool:
        name = threading.current_thread().name.partition("_")[0]
        seen[name] = seen.get(name, 0) + 1
        return plain(key, message, signature)

    monkeypatch.setattr(signing, "verify", noted)
    verify_all(MANY[: 2 * SHARE_MIN - 1])
    assert set(seen) == {threading.current_thread().name}
    seen.clear()
    verify_all(MANY[: 2 * SHARE_MIN])
    assert seen == {threading.current_thread().name: SHARE_MIN, "verifying": SHARE_MIN}


def test_a_forked_process_makes_threads_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    wanted = slugs(MANY)  # the threads of this process stand
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if slugs(MANY) == wanted else 1)
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
