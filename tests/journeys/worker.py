"""The diary's service worker, as the browser itself reaches it: its sync and its push."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import CDPSession

from tests.journeys.phone import Phone

TAG = "send-diary"  # pwa/src/sw/messages.ts


def worker_of(phone: Phone) -> tuple[CDPSession, dict[str, Any]]:
    """Return the browser's line to the phone's worker, and what names it there."""
    client = phone.context.new_cdp_session(phone.page)
    known: list[dict[str, Any]] = []
    client.on("ServiceWorker.workerRegistrationUpdated", lambda told: known.extend(told["registrations"]))
    client.send("ServiceWorker.enable")
    phone.until(lambda: any(one["scopeURL"].startswith(phone.address) for one in known), "a worker is there")
    mine = next(one for one in known if one["scopeURL"].startswith(phone.address))
    return client, {"origin": phone.address, "registrationId": mine["registrationId"]}


def wake_worker(phone: Phone, *, last: bool = False) -> None:
    """Do what the browser does when coverage is back: fire the sync event of the diary's worker."""
    client, worker = worker_of(phone)
    client.send("ServiceWorker.dispatchSyncEvent", worker | {"tag": TAG, "lastChance": last})


def push(phone: Phone) -> None:
    """Do what the browser does when its push service hands it a message without content."""
    client, worker = worker_of(phone)
    client.send("ServiceWorker.deliverPushMessage", worker | {"data": ""})
