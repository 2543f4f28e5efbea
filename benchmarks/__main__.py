"""``make bench``: every bench in turn, or those that are named.

Each prints a table and writes it below ``benchmarks/results``; those that look for faults end with
1 when they find one.
"""

import argparse
import sys
from importlib import import_module

BENCHES = {
    "startup": ("startup", "the command line's start, beside an empty Python"),
    "checks": ("check_jwks", "check jwks beside a bare GET; memory after hostile servers"),
    "minting": ("minting", "tokens a second, and the key endpoint"),
    "redaction": ("redaction", "every rule of redaction on hostile text"),
    "matching": ("matching", "the matcher beside others, by size of the base"),
    "replay": ("replay", "replay on a made export, beside match and kb eval"),
    "clustering": ("clustering", "misses grouped, beside Drain3 and RapidFuzz"),
    "coldstart": ("coldstart", "from the command to ready, beside a bare Bolt app"),
    "load": ("load", "acks at 100 events/s on both stores, beside a bare Bolt app"),
    "growth": ("growth", "replies a second with 1, 2 and 4 replicas"),
    "takeover": ("takeover", "a replica killed with 50 workflows begun; a deploy"),
    "link": ("link", "Socket Mode: connection cut, Slack gone for a while"),
    "kill": ("kill", "200 SIGKILLs over 2,000 events on both stores"),
    "escalations": ("escalations", "500 escalations under 100 SIGKILLs of two replicas"),
    "soak": ("soak", "memory and open files over 15 minutes"),
}


def main() -> int:
    """Run the benches; return 1 if one of them found a fault."""
    width = max(map(len, BENCHES))
    lines = "\n".join(f"  {name:<{width}}  {what}" for name, (_, what) in BENCHES.items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=f"{__doc__}\n{lines}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("bench", nargs="*", choices=[*BENCHES, []], help="default: all of them")
    chosen = parser.parse_args().bench or list(BENCHES)
    return max([run(name) for name in chosen])


def run(name: str) -> int:
    """Run one bench with its own defaults; return 1 if it found a fault."""
    found = import_module(f"benchmarks.{BENCHES[name][0]}").main
    return int((found([]) if found.__code__.co_argcount else found()) or 0)


if __name__ == "__main__":
    sys.exit(main())
