"""A push service: HTTPS on this machine under the name of a real one, with a certificate made here."""

from __future__ import annotations

import datetime
import json
import socket
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from server.store.outward import TIMEOUT_S, Line
from sync import ids
from sync.signing import verify

HOST = "fcm.googleapis.com"


@dataclass
class Message:
    """One message as the service took it in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def claims(self) -> dict[str, Any]:
        """Return what its token says, after its signature was found to be that of its key (RFC 8292)."""
        scheme, _, rest = self.headers["Authorization"].partition(" ")
        parts = dict(one.strip().split("=", 1) for one in rest.split(","))
        head, said, signature = parts["t"].split(".")
        assert (scheme, json.loads(ids.b64_decode(head))) == ("vapid", {"typ": "JWT", "alg": "ES256"})
        assert verify(self.key, f"{head}.{said}".encode(), ids.b64_decode(signature))
        return dict(json.loads(ids.b64_decode(said)))

    @property
    def key(self) -> bytes:
        """Return the key that the message names."""
        return ids.b64_decode(self.headers["Authorization"].rpartition("k=")[2])


@dataclass
class PushService:
    """What came in, and what it answers: the same to everything, by path where that is named."""

    folder: Path
    taken: list[Message] = field(default_factory=list)
    status: int = 201
    statuses: dict[str, int] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                service.taken.append(Message(self.path, dict(self.headers), body))
                self.send_response(service.statuses.get(self.path, service.status))
                for name, value in {"Content-Length": "0", **service.headers}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        certificate = make_certificate(self.folder)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.line = Line(self.dial, ssl.create_default_context(cafile=str(certificate)))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def dial(self, _host: str, _port: int) -> socket.socket:
        """Reach this service, whatever host is asked for: the certificate tells who it is."""
        return socket.create_connection(("127.0.0.1", self.server.server_address[1]), TIMEOUT_S)

    def close(self) -> None:
        """End it."""
        self.server.shutdown()
        self.server.server_close()


def make_certificate(folder: Path, host: str = HOST) -> Path:
    """Return a file with a key and a certificate for a host that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "push-service.pem"
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return path
