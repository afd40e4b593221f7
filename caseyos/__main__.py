"""`python -m caseyos`: the same program as the `caseyos` command."""

from caseyos.cli import main

if __name__ == "__main__":
    main()
