"""A day of ten million farms, reckoned: who sends when, how long it waits, what it needs; seeded."""
