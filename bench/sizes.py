"""How long to measure."""

import msgspec


class Rush(msgspec.Struct, frozen=True):
    """A deadline: so many applications are handed in over the last `seconds` by so many clients. `prepare`: seconds from
    the publication of the call until then; in it all drafts are written and all clients sign in. Whoever sends `margin`
    seconds before the deadline must be let in, however busy the machine is. `beside`: a run for each, next to so many
    processes that do nothing but count. `webs`: web processes, two for each processor where it counts."""

    applications: int
    clients: int
    readers: int
    late: int
    twice: int
    seconds: float
    prepare: float
    margin: float
    beside: tuple[int, ...]
    webs: int


class Attack(msgspec.Struct, frozen=True):
    """So many connections for so many seconds; bytes of a head and of a body that are sent at most."""

    connections: int
    seconds: float
    head: int
    body: int


class Size(msgspec.Struct, frozen=True):
    """Rounds alternate between the product and the bare way, so that what else the machine does hits both alike.

    seconds: of one round's half, for pages; submissions: of one round's half; events: appended and drained in a
    round's half; singles: of them, those in a transaction of their own; latency_seconds: at 50 events a second;
    files: that are sent to be scanned; line: characters of the one line of a cheap document; starting: seconds that a new
    web process has before them, to compile its templates; few, many: applications of the lists, each page asked for so many
    times; checked: events of the log that is checked; ranked: applications of each ranking; assigned: applications and
    assessors of the call that is assigned at once, so often; matched: experts, open requests, possible experts of each, and how often they are
    matched; shortlisted: experts of two pools.
    """

    rounds: int
    seconds: float
    applications: int
    submissions: int
    events: int
    singles: int
    latency_seconds: float
    rush: Rush
    files: int
    line: int
    starting: float
    few: int
    many: int
    repeats: int
    attack: Attack
    checked: int
    ranked: tuple[int, ...]
    assigned: tuple[int, int, int]
    matched: tuple[tuple[int, int, int, int], ...]
    shortlisted: tuple[int, int]
    connections: int = 8


FULL = Size(
    rounds=25,
    seconds=0.4,
    applications=2000,
    submissions=60,
    events=5_000,
    singles=200,
    latency_seconds=20.0,
    rush=Rush(
        applications=2000,
        clients=200,
        readers=4,
        late=40,
        twice=100,
        seconds=60.0,
        prepare=90.0,
        margin=0.25,
        beside=(0, 2),
        webs=4,
    ),
    files=500,
    line=5_000_000,
    starting=4.0,
    few=1_000,
    many=100_000,
    repeats=40,
    attack=Attack(connections=300, seconds=20.0, head=1_000_000, body=11_000_000),
    checked=1_000_000,
    ranked=(100, 1_000),
    assigned=(1_000, 300, 11),
    matched=((1_000, 500, 50, 7), (10_000, 2_000, 50, 3)),
    shortlisted=(500, 50_000),
)
TINY = Size(
    rounds=1,
    seconds=0.05,
    applications=30,
    submissions=2,
    events=600,
    singles=5,
    latency_seconds=0.2,
    rush=Rush(
        applications=12,
        clients=4,
        readers=1,
        late=2,
        twice=2,
        seconds=4.0,
        prepare=10.0,
        margin=2.0,
        beside=(0,),
        webs=2,
    ),
    files=20,
    line=50_000,
    starting=0.0,
    few=60,
    many=180,
    repeats=3,
    attack=Attack(connections=6, seconds=0.3, head=120_000, body=300_000),
    checked=1_500,
    ranked=(4,),
    assigned=(12, 6, 1),
    matched=((30, 12, 8, 1),),
    shortlisted=(20, 60),
    connections=2,
)
