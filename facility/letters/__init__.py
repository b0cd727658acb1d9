"""Letters on an application: what a letter states is frozen when it is written; its PDF is made once, when it is first sent or read,
and kept with its hash.

A room registers its kinds (`kinds.letter`), and writes letters of them (`service.write_letter`).
"""
