"""The works. Each module has a coroutine `run(stage, size)` that answers with the figures of its line."""
