"""The seven indicators of the commune's plan: what each counts, by whose rule, and the records behind it.

One small file an indicator gives its `tallies` and its `lines`; `counting` makes figures of them.
Source: reference commune-plan "The seven indicators"; local §12: targets are the plan's, rules proposals.
"""
