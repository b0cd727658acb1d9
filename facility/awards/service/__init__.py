"""Commands of the awards. Lock order: envelope, call, applications by id; then awards and places.

The envelope's lock guards every award and every place on a reserve list that draws on it: nothing of them changes
without it, so that money can be counted before applications are locked.
"""
