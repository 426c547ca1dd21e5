"""What an adapter is, and what became of one try of its."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from server.services.tracing import Traced
from sync.lots.epcis import Told

ANSWER_CHARS_MAX: Final = 600  # our choice: of what a system wrote, for a person to read


@dataclass(frozen=True)
class Outcome:
    """What became of a try: delivered; asked (taken in, not done yet); later; refused.

    Shape:  `problem`: why not, as the page has words for it; `answer`: what the system wrote; `receipt`: what
            proves that it has it; `job`: where to ask how far it is, "" for nowhere.
    Units:  `after_s`: seconds after which to try again, 0 where nobody said.
    """

    kind: Literal["delivered", "asked", "later", "refused"]
    problem: str = ""
    answer: str = ""
    receipt: str = ""
    job: str = ""
    after_s: int = 0


@dataclass(frozen=True)
class Adapter:
    """A way to a system. `body`: a delivery of some events of a lot, made once.

    Shape:  `send`: tries a delivery, or asks about the job of one; None where a person takes it there;
            `tells_once`: each event goes once for all lots (else once for each lot that it belongs to).
    """

    name: str
    body: Callable[[Traced, Sequence[Told]], str]
    send: Callable[[str, str], Outcome] | None
    tells_once: bool
