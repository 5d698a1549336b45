"""``python -m graphmap``: the command line."""

from graphmap.cli import main

if __name__ == "__main__":
    main()
