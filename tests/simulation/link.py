"""The link of a run: requests that are lost, doubled, cut, overtaken; answers that nobody hears."""

from __future__ import annotations

import json

from sync import ids
from sync.ops import domain
from tests.simulation.box import Killed, packed
from tests.simulation.ground import SCENARIO, Answer, Flight, Ground
from tests.simulation.history import Broken
from tests.simulation.phone import Identity, Phone, Photo

PORTAL = (200, "text/html", b"<html>Wi-Fi</html>")
GATEWAY = (502, "text/html", b"<html>Bad Gateway</html>")


class Link(Ground):
    """What happens between the phones and the server."""

    def begin_sync(self) -> None:
        """A phone sends a request; it may be lost, doubled, cut or overtaken on its way."""
        phone = self.rng.choice(self.living())
        people = [who for who in phone.disk.identities if not who.revoked]
        if phone.waiting is None and people:
            who = self.rng.choice(people)
            if self.open_session(phone, who):
                self.requests += 1
                asked = phone.compose(who, self.requests, self.page)
                phone.waiting = asked
                self.history.invoke(asked)
                token = phone.tokens[who.device]
                self.flights.append(Flight(phone, asked, packed(asked.value), token))
                if self.rng.random() < 0.5:
                    self._deliver(self.flights.pop())

    def deliver(self) -> None:
        """One flight arrives; any of those under way, so that later ones overtake."""
        if self.flights:
            self._deliver(self.flights.pop(self.rng.randrange(len(self.flights))))

    def _deliver(self, flight: Flight) -> None:
        if flight.answer is not None:
            self.arrive(flight)
        elif self._is("request_lost"):
            self.history.info(flight.asked)
        elif self._is("gateway_error"):
            self._send_back(flight, GATEWAY)
        elif self._is("request_cut"):
            self._cut(flight)
        else:
            if self._is("request_doubled"):
                self.flights.append(flight)
            self._send_back(flight, self.serve(flight))

    def _is(self, fault: str) -> bool:
        return self.is_lossy and self.rng.random() < SCENARIO["network"][fault]

    def _cut(self, flight: Flight) -> None:
        status, _type, _body = self._ask(flight.body[: self.rng.randrange(len(flight.body))], flight.token)
        if status == 200:
            raise Broken("a cut request was taken")
        self.history.info(flight.asked)

    def serve(self, flight: Flight) -> Answer | None:
        """Return what the server answers, None where it died over it."""
        answer = self._ask(flight.body, flight.token)
        self.history.answered(flight.asked, answer)
        return None if answer[0] == 0 else answer

    def _ask(self, body: bytes, token: str, path: str = "/api/v1/sync", method: str = "POST") -> Answer:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            return self.box.ask(method, path, body, **headers, **{"Content-Encoding": "gzip"})
        except Killed:
            self.box.restart()
            return (0, "", b"")

    def _send_back(self, flight: Flight, answer: Answer | None) -> None:
        if answer is None or self._is("response_lost"):
            self.history.info(flight.asked)
            return
        if self._is("portal"):
            answer = PORTAL
        on_way = Flight(flight.phone, flight.asked, b"", "", answer)
        if self._is("response_late"):
            self.flights.append(on_way)
        else:
            self.arrive(on_way)

    def arrive(self, flight: Flight) -> bool:
        """Give an answer to the phone that waits for it; return whether it wants to go on at once."""
        phone = flight.phone
        if not phone.alive or phone.waiting is not flight.asked or flight.answer is None:
            return False
        phone.waiting = None
        status, kind, body = flight.answer
        if status == 401:
            phone.tokens.pop(flight.asked.device, None)
        if status == 403 and b"device_revoked" in body:
            for who in phone.disk.identities:
                who.revoked = who.revoked or who.device == flight.asked.device
        if status != 200 or kind != "application/json":
            return False
        answer = json.loads(body)
        if answer.get("origin") != phone.origin:
            return False
        return phone.take(flight.asked, answer, self.now)

    def give_up(self) -> None:
        """A phone's patience ends: a later answer finds nobody."""
        phone = self.rng.choice(self.living())
        phone.waiting = None
        phone.batch = max(1, phone.batch // 2)
        phone.tried.clear()

    def open_session(self, phone: Phone, who: Identity) -> bool:
        """Return whether the person's key has a session, opened now where it has none."""
        if who.device in phone.tokens:
            return True
        try:
            status, data = self.box.post("/api/v1/device/challenge", {"device": who.device})
            if status != 200:
                return False
            signed = who.key.sign(domain("session", phone.origin) + data["nonce"].encode())
            own = [{m: op[m] for m in ("body", "private", "signature") if m in op} for op in who.own]
            sent = {"device": who.device, "nonce": data["nonce"], "signature": ids.b64_encode(signed)}
            status, data = self.box.post("/api/v1/device/session", sent | {"ops": own})
        except Killed:
            self.box.restart()
            return False
        if status == 200:
            phone.tokens[who.device] = data["token"]
            who.own = data["ops"] or who.own
        elif str(data["type"]).endswith("/device_revoked"):
            who.revoked = True
        elif status >= 500 and status not in (503, 507):
            raise Broken(f"opening a session: {status}")
        return status == 200

    def upload(self) -> None:
        """A phone sends a piece of a photo, cut at any byte."""
        phone = self.rng.choice(self.living())
        left = [photo for photo in phone.disk.photos.values() if not photo.sent]
        people = [who for who in phone.disk.identities if left and left[0].scope in who.scopes]
        if people and self.open_session(phone, people[0]):
            try:
                self.send_piece(phone, people[0], left[0], self.rng.randint(1, len(left[0].data)))
            except Killed:
                self.box.restart()

    def send_piece(self, phone: Phone, who: Identity, photo: Photo, size: int) -> None:
        """Ask how far the upload is and send so many bytes more."""
        kind, uuid = ids.split_ref(photo.scope)
        place = f"/api/v1/photos/{kind}/{uuid}"
        head = {"Authorization": f"Bearer {phone.tokens[who.device]}", "Tus-Resumable": "1.0.0"}
        client = self.box.app.test_client()
        found = client.head(f"{place}/{photo.sha256}", headers=head)
        if found.status_code == 404:
            name = ids.b64_encode(photo.sha256.encode()) + "=" * (
                -len(ids.b64_encode(photo.sha256.encode())) % 4
            )
            begin = {"Upload-Length": str(len(photo.data)), "Upload-Metadata": f"sha256 {name}"}
            found = client.post(place, headers=head | begin)
        if found.status_code == 401:
            phone.tokens.pop(who.device, None)
        if found.status_code not in (200, 201):
            return
        at = int(found.headers.get("Upload-Offset", "0"))
        if at < len(photo.data):
            piece = {"Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"}
            sent = client.patch(
                f"{place}/{photo.sha256}", data=photo.data[at : at + size], headers=head | piece
            )
            at = int(sent.headers.get("Upload-Offset", at)) if sent.status_code == 204 else at
        photo.sent = at == len(photo.data)
