"""Uploaded documents: what kind they are, whether they carry a classification marking, and where they are kept.

The order matters (dossier 7: a marked document may not touch a disk): `scan` in memory first, `Store.put` after.
"""
