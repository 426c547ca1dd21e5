"""What the system does, in verbs; a transaction opens and closes here."""
