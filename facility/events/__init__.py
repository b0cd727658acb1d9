"""What happened: the append-only log, and what follows from it.

`record()` appends an event in the transaction that made it true, with one delivery for each reaction that
subscribes. Projections follow the log in order; reactions are jobs. No pages here.
"""
