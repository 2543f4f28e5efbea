"""``python -m bot`` and the console script ``anon-support``."""

from bot.cli import run_command_line


def main() -> None:
    """Run the command line and exit with its code."""
    raise SystemExit(run_command_line())


if __name__ == "__main__":
    main()
