"""Rules: pure functions that notice what a person should look at. Nothing here refuses an entry.

Source: DESIGN §2 "finding", §4 "Forms and rules"; PROTOCOL §Rules and findings.
"""

from sync.rules.book import check_draft, findings, judge, keys_of
from sync.rules.completeness import Piece, completeness
from sync.rules.due import Due, due
from sync.rules.season import Gap, season_gaps, silence_max
from sync.rules.shape import SEVERITIES, Finding, Record, Severity
from sync.rules.stock import StockLine, stock
from sync.rules.waiting import Ground, Waiting, ground, statements, waiting
from sync.rules.words import catalogue, sentence

__all__ = [
    "SEVERITIES", "Due", "Finding", "Gap", "Ground", "Piece", "Record", "Severity", "StockLine", "Waiting",
    "catalogue", "check_draft", "completeness", "due", "findings", "ground", "judge", "keys_of",
    "season_gaps", "sentence", "silence_max", "statements", "stock", "waiting",
]  # fmt: skip
