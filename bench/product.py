"""`facility web`, as a module, so that it runs by the interpreter that measures."""

import sys

from facility import cli


def main() -> None:
    """Serve pages."""
    sys.argv = ["facility", "web"]
    cli.main()


if __name__ == "__main__":
    main()
