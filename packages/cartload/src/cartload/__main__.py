"""``python -m cartload``: the command."""

from cartload.cli import run

if __name__ == "__main__":
    run()
