"""The air between one phone and the server: a small proxy that can be silent, cut a connection, or lie.

It knows nothing of HTTP but where the captive portal answers. Every phone has an air of its own, so that one
can be in a dead spot while the other talks.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field

PIECE = 16_384
PORTAL = b"<!doctype html><title>Wi-Fi</title><h1>Dang nhap Wi-Fi</h1>"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"


@dataclass
class Air:
    """Listens on `port` and passes to `target`.

    Shape: `mode` is `clear`, `silent` (every connection is broken off) or `portal` (a login page answers
           everything); `cuts` are byte counts: when so many bytes have gone up, by whatever connections,
           since the last cut, the one that carries them is broken off; one count after another.
    """

    target: int
    mode: str = "clear"
    cuts: list[int] = field(default_factory=list)
    cut_done: int = 0
    up: int = 0
    port: int = 0
    _open: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def become(self, mode: str) -> None:
        """Change the mode; what is on its way is lost."""
        self.mode = mode
        with self._lock:
            for one in self._open:
                _break(one)

    def close(self) -> None:
        """Stop listening and break everything off."""
        self.become("silent")
        self._door.close()

    def _listen(self) -> None:
        while True:
            try:
                phone, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(phone,), daemon=True).start()

    def _carry(self, phone: socket.socket) -> None:
        if self.mode == "portal":
            phone.recv(PIECE)
            phone.sendall(ANSWER % (len(PORTAL), PORTAL))
        if self.mode != "clear":
            return _break(phone)
        try:
            server = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            return _break(phone)
        with self._lock:
            self._open |= {phone, server}
        down = threading.Thread(target=self._pass, args=(server, phone, False), daemon=True)
        down.start()
        self._pass(phone, server, True)
        down.join()
        with self._lock:
            self._open -= {phone, server}
        return None

    def _pass(self, source: socket.socket, target: socket.socket, up: bool) -> None:
        try:
            while data := source.recv(PIECE):
                keep = self._keep(len(data)) if up else None
                target.sendall(data[:keep])
                if keep is not None:
                    break
        except OSError:
            pass
        _break(source)
        _break(target)

    def _keep(self, size: int) -> int | None:
        """Count `size` bytes that go up; where the link is cut among them, return how many still pass."""
        with self._lock:
            self.up += size
            if not self.cuts or self.up <= self.cuts[0]:
                return None
            keep = size - (self.up - self.cuts.pop(0))
            self.up = 0
            self.cut_done += 1
            return keep


def _break(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
