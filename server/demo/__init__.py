"""The demo: two cooperatives of invented households with an autumn of entries, to show every screen.

`story` says what happened, a pure function of a seed and a time; `playing` lets phones of software send it
through the server's own routes. Everything is invented: people, households, trade names, sellers.
"""
