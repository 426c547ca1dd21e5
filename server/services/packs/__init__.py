"""Listing packs: what a marketplace asks of a product, as a table and pictures to upload by hand.

One module for each marketplace, a pure function of the same `Ware`; `writing` makes the files. No pack sends
anything: whoever sells has the account there.
"""
