"""`python -m sync.sensor`: the program of a sensor, to be run on a small computer or read as an example.

    python -m sync.sensor join LINK                        once: makes the sensor's key, joins
    python -m sync.sensor measure temperature=28.4 ph=7.3  every few minutes, by what reads the probe

A reading is signed and stored before it is sent, and sent again until the server has it; without a network
they gather. Key and readings lie in one file (`--state`, sensor.json), for the eyes of its owner only.
Exit code 0: nothing waits; 1: something does, or the server refuses; 2: a wrong command line.
Source: PROTOCOL §14, §41.
"""

import argparse
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from urllib.parse import urlsplit

from sync import ids, limits
from sync.ops import make_body, message
from sync.readings import make_readings, measures
from sync.signing import SoftwareKey
from sync.values import Json

WAIT_SECONDS = 30
Post = Callable[[str, Json], Json]
Clock = Callable[[], int]


class SensorError(Exception):
    """What stands in the way, in words for whoever set the sensor up."""


def post(url: str, data: Json) -> Json:
    """Return the answer of a server to JSON. Raises: SensorError."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise SensorError("the address is no http:// or https:// one")
    request = urllib.request.Request(  # noqa: S310
        url, json.dumps(data).encode("utf-8"), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as answer:  # noqa: S310
            return json.loads(answer.read(limits.REQUEST_BYTES_MAX))
    except urllib.error.HTTPError as error:
        raise SensorError(f"the server answers {error.code}") from error
    except (OSError, ValueError) as error:
        raise SensorError(f"no connection: {type(error).__name__}") from error


def join(state: Path, link: str, label: str, now: int, send: Post = post) -> None:
    """Make the sensor's key and join by an invitation. Raises: SensorError."""
    address, _, invite = link.partition("/#i=")
    uuid, _, secret = invite.partition(".")
    if not ids.is_uuid(uuid) or not secret:
        raise SensorError("the link is no invitation")
    key = load(state).get("key") if state.exists() else None
    signer = SoftwareKey.from_pem(key.encode()) if key else SoftwareKey.generate()
    look = send(f"{address}/api/v1/device/invite", {"invite": uuid, "secret": secret})
    if look["kind"] != "sensor":
        raise SensorError("this invitation is for a person")
    keep(state, {"server": address, "key": signer.to_pem().decode()})  # before anybody knows the key
    body = make_body(
        device=signer.device, n=1, by=look["by"], scope=look["scope"], doc=look["doc"], after=look["after"],
        recorded_at=now, fields={"key": ids.b64_encode(signer.public), "secret": secret, "label": label},
    )  # fmt: skip
    signature = ids.b64_encode(signer.sign(message(look["origin"], body)))
    joined = send(
        f"{address}/api/v1/device/join",
        {"body": body, "signature": signature, "key": ids.b64_encode(signer.public)},
    )
    keep(
        state,
        {
            "server": address,
            "key": signer.to_pem().decode(),
            "origin": look["origin"],
            "sensor": look["by"],
            "scope": f"sensor:{look['farm']}",
            "n": 0,
            "skew": None,
            "device_ops": joined["ops"],
            "unsent": [],
        },
    )


def measure(state: Path, values: dict[str, int], now: int) -> None:
    """Sign what was measured now and store it; nothing is sent yet."""
    kept = load(state)
    key = SoftwareKey.from_pem(kept["key"].encode())
    named = sorted(values)
    for fields in make_readings(kept["sensor"], named, [(now, [values[one] for one in named])]):
        kept["n"] += 1
        body = make_body(
            device=key.device, n=kept["n"], by=kept["sensor"], scope=kept["scope"],
            doc=f"reading:{ids.make_uuid7(now, secrets.token_bytes(10))}", recorded_at=now, fields=fields,
            skew=kept["skew"],
        )  # fmt: skip
        signature = ids.b64_encode(key.sign(message(kept["origin"], body)))
        kept["unsent"].append({"body": body, "signature": signature})
    keep(state, kept)


def send_all(state: Path, clock: Clock, send: Post = post) -> int:
    """Send what waits, the oldest first; return how many still wait. Raises: SensorError."""
    kept = load(state)
    while kept["unsent"]:
        some = kept["unsent"][: limits.REQUEST_OPS_MAX]
        answer = send(f"{kept['server']}/api/v1/readings", {"ops": some})
        kept["skew"] = answer["now"] - clock()
        left = [op for op, one in zip(some, answer["results"], strict=True) if one["result"] == "later"]
        kept["unsent"] = left + kept["unsent"][len(some) :]
        keep(state, kept)
        if left:
            break
    return len(kept["unsent"])


def load(state: Path) -> dict[str, Json]:
    """Return what the file holds. Raises: SensorError where there is none."""
    try:
        return dict(json.loads(state.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise SensorError(f"{state}: not there, or damaged; join first") from error


def keep(state: Path, kept: dict[str, Json]) -> None:
    """Write the file whole or not at all, whatever moment the power goes."""
    fresh = state.with_suffix(".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(kept, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(state)


def parse_value(text: str) -> tuple[str, int]:
    """Return measure and thousandths of "ph=7.35". Raises: SensorError."""
    code, _, number = text.partition("=")
    try:
        value = Decimal(number) * 1000
    except InvalidOperation as error:
        raise SensorError(f"{text}: no number") from error
    if code not in measures() or not value.is_finite():
        raise SensorError(f"{text}: one of {', '.join(measures())}")
    return code, int(value.to_integral_value())


def main(words: list[str], clock: Clock = lambda: time.time_ns() // 1_000_000) -> int:
    """Return the exit code for the words of a command line."""
    parser = argparse.ArgumentParser(prog="python -m sync.sensor", description="A sensor's program.")
    parser.add_argument("--state", type=Path, default=Path("sensor.json"))
    commands = parser.add_subparsers(dest="command", required=True)
    joining = commands.add_parser("join")
    joining.add_argument("link")
    joining.add_argument("--label", default="Cảm biến")
    commands.add_parser("measure").add_argument("values", nargs="+")
    commands.add_parser("send")
    given = parser.parse_args(words)
    try:
        if given.command == "join":
            join(given.state, given.link, given.label, clock())
            return 0
        if given.command == "measure":
            measure(given.state, dict(parse_value(one) for one in given.values), clock())
        waiting = send_all(given.state, clock)
    except SensorError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 1 if waiting else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
