"""A virtual authenticator at a page, by the browser's own debugger: a finger, a PIN, a missing lock.

Source: platform.md §9; Chrome DevTools Protocol, domain WebAuthn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession, Page


@dataclass
class Keys:
    """The authenticators of one page."""

    session: CDPSession
    ids: list[str]

    @property
    def credentials(self) -> list[dict[str, Any]]:
        """Return what the newest one holds."""
        found = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.ids[-1]})
        return list(found["credentials"])

    def verify(self, is_verified: bool) -> None:
        """Let the person be verified by the next touches, or refused."""
        for one in self.ids:
            self.session.send(
                "WebAuthn.setUserVerified", {"authenticatorId": one, "isUserVerified": is_verified}
            )

    def touch(self, by_itself: bool) -> None:
        """Let every request be touched at once, or nobody touch anything: a field's offer waits then."""
        for one in self.ids:
            self.session.send(
                "WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": one, "enabled": by_itself}
            )

    def plug(self, **more: Any) -> str:
        """Add an authenticator and return its id."""
        options = {
            "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True,
            "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True, **more,
        }  # fmt: skip
        added = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.ids.append(str(added["authenticatorId"]))
        return self.ids[-1]

    def unplug(self) -> None:
        """Take all of them away."""
        for one in self.ids:
            self.session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": one})
        self.ids.clear()

    def swap(self, credentials: Sequence[dict[str, Any]] = ()) -> None:
        """Put another authenticator in the place of these, which holds passkeys that were made before."""
        self.unplug()
        self.plug()
        for one in credentials:
            given = {"authenticatorId": self.ids[-1], "credential": one}
            self.session.send("WebAuthn.addCredential", given)


def keys_of(page: Page, **more: Any) -> Keys:
    """Give a page one authenticator that checks its person (`more` says otherwise)."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable", {"enableUI": False})
    made = Keys(session, [])
    made.plug(**more)
    return made
