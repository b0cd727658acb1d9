"""How a story is told: the acts of named people, through the commands, for the demo, rehearsals, tests and benchmarks.

What all of them do stands here once; what only one of them tells (the demo's present, a scenario) stands with it.
"""
