"""`facility web`, as a module, so that it runs by the interpreter that measures."""

import sys

from facility.cli import main

if __name__ == "__main__":
    sys.argv = ["facility", "web"]
    main()
