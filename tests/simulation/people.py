"""What people decide in a run: who gets a key, who is confirmed or ended, what is admitted."""

from __future__ import annotations

from typing import Any

from server.services.inviting import invite, settle_device
from server.services.viewing import make_current
from server.store.operator import load_private
from sync import ids
from sync.ops import make_body, message
from tests.simulation.box import Killed
from tests.simulation.ground import is_staff, people_of
from tests.simulation.link import Link
from tests.simulation.phone import Identity, Key, Phone


class People(Link):
    """The operator and the reviewer."""

    def rejoin(self) -> None:
        """Somebody whose key is copied, revoked or gone gets an invitation and a new key."""
        for phone in self.living():
            for place, person in enumerate(people_of(phone)):
                who = next((one for one in phone.disk.identities if one.person == person["person"]), None)
                if who is None or who.copied or who.revoked:
                    self.join(phone, place, confirm=self.rng.random() < 0.6)
                    return

    def join(self, phone: Phone, place: int, *, confirm: bool = False) -> None:
        """Give a person of a phone a new key by an invitation of the operator's."""
        person = people_of(phone)[place]
        try:
            self._join(phone, person, confirm)
        except Killed:
            self.box.restart()

    def _join(self, phone: Phone, person: dict[str, Any], confirm: bool) -> None:
        if self.box.is_full:
            return
        link = invite(
            load_private(), self.members[person["person"], person["farm"]], self.box.now(), confirm=confirm
        )
        secret = link.url.rpartition(".")[2]
        status, seen = self.box.post("/api/v1/device/invite", {"invite": link.invite, "secret": secret})
        if status != 200:
            return
        key = Key.from_scalar(self.rng.getrandbits(250) + 1)
        fields = {"key": ids.b64_encode(key.public), "secret": secret, "label": phone.name}
        body = make_body(
            device=key.device, n=1, by=seen["by"], scope=seen["scope"], doc=seen["doc"],
            after=seen["after"], recorded_at=max(0, self.now + phone.off), fields=fields,
        )  # fmt: skip
        signature = ids.b64_encode(key.sign(message(phone.origin, body)))
        sent = {"body": body, "signature": signature, "key": ids.b64_encode(key.public)}
        status, joined = self.box.post("/api/v1/device/join", sent)
        if status != 200 or "token" not in joined:
            return
        farms = self.box.rows("SELECT id FROM farms WHERE name = :name", name=person["farm"] or "")
        home = f"farm:{farms[0][0]}" if farms else ""
        who = Identity(key, seen["by"], person["person"], person["farm"], person["role"], home, joined["ops"])
        disk = phone.disk
        disk.identities = [one for one in disk.identities if one.person != who.person] + [who]
        disk.n[key.device, seen["scope"]] = 1
        disk.keys[key.device] = ids.b64_encode(key.public)
        phone.tokens[key.device] = joined["token"]
        self.history.keys[key.device] = key.public

    def confirm(self) -> None:
        """The operator confirms a device that waits."""
        waiting = self.box.rows("SELECT doc FROM devices WHERE state = 'waiting' ORDER BY doc")
        if waiting and not self.box.is_full:
            self.settle(self.rng.choice(waiting)[0], {"confirmed": True})

    def revoke(self) -> None:
        """The operator ends a farmer's device, whatever is under way from it."""
        farmers = {
            who.device for phone in self.living() if not is_staff(phone) for who in phone.disk.identities
        }
        rows = self.box.rows("SELECT doc, device FROM devices WHERE state = 'confirmed' ORDER BY doc")
        found = [row[0] for row in rows if row[1] in farmers]
        if found and not self.box.is_full:
            self.settle(self.rng.choice(found), {"revoked": True, "reason": "mất máy"})

    def settle(self, doc: str, fields: dict[str, object]) -> None:
        try:
            settle_device(load_private(), doc.removeprefix("device:"), fields, self.box.now())
        except Killed:
            self.box.restart()

    def admit(self) -> None:
        """The reviewer admits what is held in a scope."""
        self._decide("", lambda found: {"admit": found})

    def turn_down(self) -> None:
        """The reviewer turns one held op down."""
        self._decide("farm:", lambda found: {"turn_down": found[:1], "reason": "không phải của hộ này"})

    def _decide(self, kind: str, fields: Any) -> None:
        rows = self.box.rows("SELECT scope, id FROM held_ops WHERE NOT is_turned_down ORDER BY scope, id")
        for phone in self.living():
            for who in phone.disk.identities:
                scopes = sorted({row[0] for row in rows if row[0].startswith(kind)} & set(who.scopes))
                if who.role == "reviewer" and scopes:
                    scope = self.rng.choice(scopes)
                    found = [row[1] for row in rows if row[0] == scope][:100]
                    self.save(phone, who, scope, f"admission:{self.uuid()}", fields(found))
                    return

    def look(self) -> None:
        """Somebody at the cooperative looks at the diary: the views fold what is new."""
        if not self.box.is_full:
            try:
                make_current(sorted(self.history.logs))
            except Killed:
                self.box.restart()
