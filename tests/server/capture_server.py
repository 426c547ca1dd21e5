"""A system that captures EPCIS events: HTTPS on this machine, which keeps each event once by its id.

It can be told to fail as systems do: by status, by cutting the line after it stored, by not answering.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from server.store.outward import TIMEOUT_S, Line
from tests.server.push_service import make_certificate

HOST = "truy-xuat.example"
ADDRESS = f"https://{HOST}/epcis"


@dataclass
class CaptureServer:
    """What it stored, in the order of its coming, and what it does next.

    Shape:  `plan`: what the next captures meet, one each, then `then`: a status, or cut (stored, no answer),
            slow (stored, no answer until `let_go`), job (202 and a job), away (a redirect elsewhere);
            `jobs`: what each job says; `times`: how often each event came.
    """

    folder: Path
    stored: dict[tuple[str, bool], dict[str, Any]] = field(default_factory=dict)
    times: Counter[tuple[str, bool]] = field(default_factory=Counter)
    bodies: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    plan: list[int | str] = field(default_factory=list)
    then: int | str = 202
    answer: dict[str, Any] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)
    jobs: list[dict[str, Any] | int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.let_go = threading.Event()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                service.take(self)

            def do_GET(self) -> None:
                service.asked.append(self.path)
                job = service.jobs.pop(0)
                status, said = (job, {}) if isinstance(job, int) else (200, job)
                service.say(self, status, said)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        certificate = make_certificate(self.folder, HOST)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.tls = ssl.create_default_context(cafile=str(certificate))
        self.line = Line(self.dial, self.tls)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def dial(self, _host: str, _port: int) -> socket.socket:
        """Reach this service, whatever host is asked for."""
        return socket.create_connection(("127.0.0.1", self.server.server_address[1]), TIMEOUT_S)

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer a capture as is planned; what has no status of failure is stored."""
        body = handler.rfile.read(int(handler.headers["Content-Length"])).decode()
        self.bodies.append(body)
        self.headers.append({"path": handler.path, **dict(handler.headers)})
        next_ = self.plan.pop(0) if self.plan else self.then
        events = json.loads(body)["epcisBody"]["eventList"]
        keys = [(one["eventID"], "errorDeclaration" in one) for one in events]
        if next_ == "strict":  # knows each event once, and takes a document whole or not at all
            next_ = 409 if any(key in self.stored for key in keys) else 201
        if next_ in ("cut", "slow", "job") or (isinstance(next_, int) and next_ < 300):
            self.times.update(keys)
            for key, event in zip(keys, events, strict=True):
                self.stored.setdefault(key, event)
        if next_ == "cut":
            handler.connection.close()
        elif next_ == "slow":
            self.let_go.wait()
        elif next_ == "job":
            self.say(handler, 202, {}, {"Location": f"/epcis/capture/{len(self.bodies)}", **self.more})
        elif next_ == "away":
            self.say(handler, 307, {}, {"Location": "https://127.0.0.1/epcis/capture"})
        else:
            self.say(handler, int(next_), self.answer, self.more)

    def say(
        self,
        handler: BaseHTTPRequestHandler,
        status: int,
        said: dict[str, Any],
        more: dict[str, str] | None = None,
    ) -> None:
        """Write an answer."""
        text = json.dumps(said).encode()
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(text)), **(more or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(text)

    def close(self) -> None:
        """End it."""
        self.let_go.set()
        self.server.shutdown()
        self.server.server_close()
