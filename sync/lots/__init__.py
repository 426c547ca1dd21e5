"""Lots: what they are made of, what became of them, and whom a recall has to reach. Pure, like the rules.

`shape` reads documents, `balance` counts every gram in and out, `states` says what may follow what, `reach`
finds everything that one thing touched. Source: PROTOCOL §36.
"""
