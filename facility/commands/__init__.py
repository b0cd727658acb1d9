"""What the commands of the command line do. `facility/cli.py` imports each only when it is called, so that what needs little
starts at once."""
