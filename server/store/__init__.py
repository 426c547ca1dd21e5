"""Stores: the log, its views, people, blobs; one wrapper a library. Knows no request and no caller."""
