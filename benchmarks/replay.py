"""``anon-support replay`` on a made export: 5,000 messages, 300 labelled, beside ``match``.

The export is a zip as Slack makes it, with what else stands in one: people, joins, bots, threads,
a file that is broken. Its labelled messages are the held-out ones. Ends with 1 where ``replay`` and
``match`` (or ``kb eval``) disagree.
"""

import argparse
import json
import random
import subprocess
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.figures import RESULTS, seconds_of, write_report
from benchmarks.rig.talk import HOLDOUT, small_talk
from knowledge.labelled import Message, read_messages

MESSAGES, SEED = 5_000, 7
CHANNELS = ("help", "integrations", "general")
BROKEN = "general/2026-10-31.json"
STEPS = ("reading rows", "writing the index", "rotating keys", "loading the map", "sending mail")
FAULTS = ("disk quota exceeded", "lock held by another worker", "schema version is too old")
OTHER = "Error: {step} failed in worker {n}: {fault} (run {m})"
REMARKS = ("{}", "who knows this one? `{}`", "{} and then it stops, any idea why?")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ran:
    """One command: what it printed, and how long it took."""

    out: str
    told: str
    code: int
    seconds: float


def texts(count: int, chance: random.Random) -> list[Message]:
    """Return the held-out messages, labelled, and talk and others' errors around them."""
    known = read_messages(HOLDOUT)
    around = [
        Message(f"t{number}", _other(chance) if chance.random() < 0.3 else small_talk(chance), ())
        for number in range(count - len(known))
    ]
    mixed = [*known, *around]
    chance.shuffle(mixed)
    return mixed


def _other(chance: random.Random) -> str:
    error = OTHER.format(
        step=chance.choice(STEPS),
        fault=chance.choice(FAULTS),
        n=chance.randrange(99),
        m=chance.randrange(10**6),
    )
    return chance.choice(REMARKS).format(error)


def days(messages: Iterable[Message], chance: random.Random) -> dict[str, list[Json]]:
    """Return the files of the channels, with what is in them besides messages of people."""
    found: defaultdict[str, list[Json]] = defaultdict(list)
    for number, message in enumerate(messages):
        day = f"{CHANNELS[number % 3]}/2026-10-{1 + number % 30:02}.json"
        ts = f"{1_790_000_000 + number}.000100"
        said = {"type": "message", "user": f"U{number % 40}", "ts": ts}
        label = {} if message.id.startswith("t") else {"expect": [*message.expect]}
        label |= {"neutral": True} if message.neutral else {}
        found[day].append({**said, "text": escape(message.text, quote=False), **label})
        if chance.random() < 0.2:
            found[day].append({**said, "ts": f"{ts}9", "text": "same here", "thread_ts": ts})
        if chance.random() < 0.05:
            found[day].append({**said, "ts": f"{ts}8", "text": "joined", "subtype": "channel_join"})
    return found


def write_export(path: Path, files: dict[str, list[Json]]) -> None:
    """Write the zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("users.json", json.dumps([{"id": f"U{n}"} for n in range(40)]))
        packed.writestr("channels.json", json.dumps([{"name": name} for name in CHANNELS]))
        packed.writestr(BROKEN, '[\n{"type": "message",\n')
        for name, records in sorted(files.items()):
            packed.writestr(name, json.dumps(records))


def said(files: dict[str, list[Json]]) -> list[Json]:
    """Return the messages as ``match`` and ``kb eval`` take them, in the order of the export."""
    return [
        {**one, "id": f"{name.partition('/')[0]}:{one['ts']}"}
        for name in sorted(files)
        for one in files[name]
        if "thread_ts" not in one and "subtype" not in one
    ]


def write_lines(path: Path, records: Iterable[Json]) -> Path:
    """Write JSON lines."""
    path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return path


def run(*arguments: object) -> Ran:
    """Run a command of anon-support."""
    done: list[subprocess.CompletedProcess[str]] = []
    command = [sys.executable, "-m", "bot", *map(str, arguments)]

    def once() -> None:
        done.append(subprocess.run(command, capture_output=True, text=True, check=False))

    seconds = seconds_of(once)
    return Ran(done[0].stdout, done[0].stderr, done[0].returncode, round(seconds, 1))


def parsed(text: str) -> list[Json]:
    """Return JSON lines as values."""
    return [json.loads(line) for line in text.splitlines()]


def judged(messages: Iterable[Json], decided: Iterable[Json]) -> dict[str, float]:
    """Return what the replies that ``match`` would give are worth, counted from its output."""
    pairs = [
        (one["expect"], by["entry"])
        for one, by in zip(messages, decided, strict=True)
        if "expect" in one and not one.get("neutral")
    ]
    replies = [(expect, entry) for expect, entry in pairs if entry]
    right = sum(entry in expect for expect, entry in replies)
    positives = sum(bool(expect) for expect, _ in pairs)
    return {
        "messages": len(pairs),
        "positives": positives,
        "replies": len(replies),
        "right": right,
        "precision": round(right / len(replies), 4) if replies else 1.0,
        "recall": round(right / positives, 4),
    }


def compare(folder: Path, count: int, curve: Path) -> Json:
    """Run the three commands on the same messages; return what each says."""
    chance = random.Random(SEED)
    files = days(texts(count, chance), chance)
    messages = said(files)
    export, out = folder / "export.zip", folder / "decisions.jsonl"
    write_export(export, files)
    replayed = run("replay", export, "--json", "--decisions", out, "--curve", curve)
    matched = run("match", write_lines(folder / "all.jsonl", messages))
    labelled = [one for one in messages if "expect" in one]
    evaluated = run("kb", "eval", write_lines(folder / "labelled.jsonl", labelled), "--json")
    theirs, ours = parsed(matched.out), parsed(out.read_text(encoding="utf-8"))
    names = ("messages", "positives", "replies", "right", "precision", "recall")
    return {
        "replay": json.loads(replayed.out),
        "told": replayed.told.strip(),
        "seconds": {"replay": replayed.seconds, "match": matched.seconds},
        "differing": sum(one != by for one, by in zip(ours, theirs, strict=True)),
        "decided": len(theirs),
        "by_match": judged(messages, theirs),
        "by_eval": {name: json.loads(evaluated.out)[name] for name in names},
    }


def disagreements(found: Json) -> list[str]:
    """Return in which the three commands differ."""
    labelled = {name: found["replay"]["labelled"][name] for name in found["by_match"]}
    return [
        *(["decisions"] if found["differing"] else []),
        *(["match"] if labelled != found["by_match"] else []),
        *(["kb eval"] if labelled != found["by_eval"] else []),
        *(["count"] if found["replay"]["messages"] != found["decided"] else []),
    ]


def main(arguments: list[str] | None = None) -> int:
    """Run the bench; return 1 if the commands disagree."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay", description=__doc__)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    count = parser.parse_args(arguments).messages
    RESULTS.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        found = compare(Path(folder), count, RESULTS / "replay.png")
    sides = (found["replay"]["labelled"], found["by_match"], found["by_eval"])
    rows = [[name, *(str(side[name]) for side in sides)] for name in found["by_match"]]
    write_report("replay", "Replay", ["labelled", "replay", "match", "kb eval"], rows, found)
    print({name: found["replay"][name] for name in ("messages", "reply", "suggest", "silent")})
    print(f"{found['differing']} of {found['decided']} decisions differ; {found['seconds']} s")
    print(found["told"])
    return 1 if disagreements(found) else 0


if __name__ == "__main__":
    sys.exit(main())
