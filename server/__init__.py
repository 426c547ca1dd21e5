"""The server: the log, the views of it, the people, the web pages. Floors: STYLE, "Where things live"."""
