"""What a whole test run leaves in databases and logs: no token and no secret may stand there."""

import re
from collections.abc import Iterator
from pathlib import Path

KEPT = (".db", ".db-wal", ".db-shm", ".log")
"""How the names of databases and logs end; what tests write as input is not looked at."""
SECRETS = {
    "token": rb"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{16,}",
    "Slack token": rb"xox[abp]-[\w-]{10,}",
    "GitHub token": rb"ghp_\w{30,}",
    "Anon API key": rb"anon_(?!answer)[A-Za-z0-9+/_]{20,}",
    "ory token": rb"ory_[a-z]{2}_\w{20,}",
    "private key": rb"-----BEGIN [A-Z ]{0,20}PRIVATE KEY",
    "private member": rb'"(?:d|p|q|dp|dq|qi|k)"\s{0,4}:\s{0,4}"[\w-]{20,}"',
}


def secrets_left(folder: Path) -> Iterator[str]:
    """Yield which database or log below the folder holds what kind of secret."""
    for file in sorted(folder.rglob("*")):
        if file.name.endswith(KEPT) and file.is_file():
            held = file.read_bytes()
            yield from (
                f"{file.relative_to(folder)}: {kind}"
                for kind, pattern in SECRETS.items()
                if re.search(pattern, held)
            )
