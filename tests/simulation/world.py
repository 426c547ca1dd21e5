"""One seeded run: phones, a lossy network, the real server, and everything that can befall them.

Nothing reads a wall clock and nothing runs beside anything else: the one `Random` of the seed draws every
step, so `SEED=… pytest tests/simulation` replays it.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from tests.simulation.ground import DAY, SCENARIO, YEAR, is_staff
from tests.simulation.people import People
from tests.simulation.phone import Draft, Identity, Phone, Photo, Storage, name_of


class World(People):
    """The world of one seed: each public method without arguments is an action of the scenario."""

    def run(self) -> None:
        """Take all steps of the run; invariants hold after each."""
        weights = {name: weight * self.strength.get(name, 1) for name, weight in SCENARIO["actions"].items()}
        names = list(weights)
        for name in self.rng.choices(names, [weights[name] for name in names], k=SCENARIO["steps"]):
            self.now += self.rng.choice((50, 900, 4_000, 30_000))
            getattr(self, name)()
            self.history.check_step()
            self.box.is_full = self.box.is_full and self.rng.random() < 0.8

    # People who record

    def _place(self) -> tuple[Phone, Identity, str] | None:
        phone = self.rng.choice(self.living())
        places = phone.writable()
        return (phone, *self.rng.choice(places)) if places else None

    def open_form(self) -> None:
        """Somebody opens an entry for a change and leaves the form open."""
        place = self._place()
        if place is None:
            return
        phone, _who, scope = place
        docs = phone.documents(scope)
        entries = sorted(doc for doc in docs if doc.startswith("entry:"))
        if entries:
            doc = self.rng.choice(entries[-3:])
            phone.disk.draft = Draft(scope, doc, phone.fold(docs[doc]).tips)

    def save_form(self) -> None:
        """Somebody saves the open form, a quick change or a new entry."""
        if self.rng.random() < 0.5:
            self.open_form()
        place = self._place()
        if place is None:
            return
        phone, who, scope = place
        draft = phone.disk.draft
        fields: dict[str, Any] = {
            self.rng.choice(("product", "dose", "happened_on")): self.rng.choice(("1", "2", "3", None))
            for _ in range(self.rng.randint(1, 2))
        }
        hidden = {"note": f"ghi chú {self.rng.randint(1, 9)}"} if self.rng.random() < 0.25 else None
        if draft is not None and draft.scope == scope:
            phone.disk.draft = None
            self.save(phone, who, scope, draft.doc, fields, draft.after, hidden)
        else:
            first = {"form": "CT-10", "form_version": 1, "happened_on": "2026-11-08", "dose": "1"}
            self.save(phone, who, scope, f"entry:{self.uuid()}", first | fields, (), hidden)

    def void(self) -> None:
        """Somebody strikes an entry out."""
        place = self._place()
        if place is None:
            return
        phone, who, scope = place
        docs = phone.documents(scope)
        entries = sorted(doc for doc in docs if doc.startswith("entry:"))
        if entries:
            doc = self.rng.choice(entries)
            self.save(phone, who, scope, doc, {"_deleted": True}, phone.fold(docs[doc]).tips)

    def save_photo(self) -> None:
        """Somebody speaks a note to an entry: bytes and op are stored together."""
        place = self._place()
        if place is None:
            return
        phone, who, scope = place
        data = b"\x1a\x45\xdf\xa3" + self.rng.randbytes(self.rng.randint(200, 3000))
        photo = Photo(scope, name_of(data), data)
        phone.disk.photos[f"{scope} {photo.sha256}"] = photo
        self.history.photos[scope, photo.sha256] = data
        fields = {"sha256": photo.sha256, "bytes": len(data), "type": "audio/webm", "kind": "voice"}
        self.save(phone, who, scope, f"photo:{self.uuid()}", fields)

    # What befalls phones

    def pass_time(self) -> None:
        """Hours or days go by."""
        self.now += self.rng.choice((60_000, 600_000, 3_600_000, 5 * 3_600_000, 2 * DAY))

    def kill_phone(self) -> None:
        """The phone's process ends; what is stored stays."""
        self.rng.choice(self.living()).forget()

    def clock_phone(self) -> None:
        """Somebody sets a phone's clock."""
        self.rng.choice(self.living()).off = self.rng.choice((0, 2 * YEAR, -2 * YEAR, DAY, -DAY, 90_000))

    def wipe_phone(self) -> None:
        """A phone loses its storage; its people get new keys on it later."""
        phone = self._a_farmers()
        if phone is not None:
            phone.disk = Storage()
            phone.forget()

    def clone_phone(self) -> None:
        """A backup of a phone is put on a second one: one key in two places."""
        phone = self._a_farmers()
        if phone is not None and phone.disk.identities and self._only_once("clone"):
            self.history.copied |= {who.device for who in phone.disk.identities}
            twin = self.phone_type(phone.name + " (bản sao)", phone.origin, deepcopy(phone.disk))
            self.phones.append(twin)

    def roll_back_phone(self) -> None:
        """A phone gets its own older backup back: its numbers come again."""
        phone = self._a_farmers()
        if phone is not None and phone.name in self.backups:
            phone.disk = deepcopy(self.backups[phone.name])
            phone.forget()
            self.history.copied |= {who.device for who in phone.disk.identities}

    def _a_farmers(self) -> Phone | None:
        found = [phone for phone in self.living() if not is_staff(phone)]
        return self.rng.choice(found) if found else None

    def _only_once(self, what: str) -> bool:
        is_first = what not in self.once
        self.once.add(what)
        return is_first

    # What befalls the server

    def clock_server(self) -> None:
        """The server's clock jumps."""
        self.server_off = self.rng.choice((0, DAY, -DAY, 500, -500))

    def kill_server(self) -> None:
        """The server will die at one of the next commits, just before or just after it."""
        self.box.kill_in = self.rng.randint(1, 4)
        self.box.killed_late = self.rng.random() < 0.5

    def disk_full(self) -> None:
        """The server's disk fills up, for a few steps."""
        self.box.is_full = self.box.is_sqlite

    def snapshot(self) -> None:
        """The operator makes a backup; so does one phone's owner."""
        path = self.folder / f"snapshot-{len(self.snapshots)}.db"
        self.box.save(path)
        self.snapshots.append(path)
        phone = self.rng.choice(self.living())
        if phone.disk.identities:
            self.backups[phone.name] = deepcopy(phone.disk)

    def restore(self) -> None:
        """The server goes back to an older backup, any of them."""
        self.box.is_full = False
        self.box.restart()
        self.box.restore(self.rng.choice(self.snapshots), by_hand=self.rng.random() < 0.3)
        self.history.restored(self.living())
