"""``make bench``: every bench in turn, or those that are named."""

import argparse

from benchmarks import check_jwks, matching, minting, redaction, startup

BENCHES = {
    "startup": startup.main,
    "checks": check_jwks.main,
    "minting": minting.main,
    "redaction": redaction.main,
    "matching": matching.main,
}


def main() -> None:
    """Run the benches."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("bench", nargs="*", choices=[*BENCHES, []], help="default: all of them")
    for name in parser.parse_args().bench or BENCHES:
        BENCHES[name]()


if __name__ == "__main__":
    main()
