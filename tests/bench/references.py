"""What others do, for the rows that have a peer: measured before this was begun.

Source: DESIGN §5 "push".
"""

KINTO = "Kinto on PostgreSQL: about 110 ops/s; PouchDB Server: about 5,000, verifying and folding nothing"
POUCHDB = "PouchDB replication: 2,100 to 2,900 ops/s"
