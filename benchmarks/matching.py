"""This matcher beside lexical search: who replies right, and how long it takes.

The base is 30 shipped entries; made-up ones are added up to each size. A fifth of the labelled
messages asks, the base and every rival know the other four fifths. A rival replies from a score
on, as this matcher does from a probability on; each gets the threshold that suits it best.
"""

import random
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter

from benchmarks.charts import draw_matching
from benchmarks.distractors import distractors
from benchmarks.figures import (
    RESULTS,
    markdown_table,
    percentile,
    print_table,
    recall_at,
    top_one,
    write_json,
)
from benchmarks.rivals import RIVALS
from bot.answering import SHIPPED, read_paste
from knowledge.entry import Entry, load_entries
from knowledge.evaluate import Judged
from knowledge.index import open_or_compile
from knowledge.labelled import Message, counted, read_folder, read_messages
from knowledge.matcher import Matcher
from knowledge.model import trained_model
from knowledge.normalise import MAX_TEXT
from knowledge.sentences import sentence_model

SIZES = (30, 1_000, 10_000)
PRECISION = 0.95
MOST_ASKED = 250
OURS = "this matcher"
INDEPENDENT = Path(__file__).parent / "holdout.jsonl"
PICTURE = Path(__file__).parent.parent / "docs" / "images" / "matching.png"


def _listed(words: str) -> list[str]:
    return words.split()


FAQ = _listed("""
onboarding-backend-actions onboarding-link-end-user onboarding-example-user-token
onboarding-multiple-userpools onboarding-own-idp onboarding-self-issued-jwt onboarding-go-to-prod
general-oidc-not-required userpool-unauthorized userpool-decode-error frontend-cors
frontend-init-500 backend-unexpected-export backend-user-404 backend-user-500
backend-tunnel-failed backend-rate-limited-429 amazon-autoclose-signin
""")

Best = Callable[[str], tuple[str | None, float]]
"""From a text to the best entry's id and its score."""


@dataclass(frozen=True, slots=True)
class Row:
    """One method at one size; ``recall`` and ``top1`` by set of questions, times in ms."""

    method: str
    size: int
    recall: dict[str, float]
    top1: dict[str, float]
    p50: float
    p99: float
    built_in_seconds: float


@dataclass(frozen=True, slots=True)
class Trial:
    """What every method gets: the same entries, the same knowledge, the same questions."""

    entries: Sequence[Entry]
    known: Sequence[Message]
    asked: dict[str, Sequence[Message]]


def read_trial(seed: int = 5) -> Trial:
    """Return the trial of the 30 entries; messages that only other entries answer are left out."""
    shipped = load_entries(SHIPPED)
    others = [entry for entry in shipped if entry.id not in FAQ]
    entries = [entry for entry in shipped if entry.id in FAQ] + others[: SIZES[0] - len(FAQ)]
    messages = _usable(read_folder(SHIPPED / "labelled"), entries)
    random.Random(seed).shuffle(messages)
    known = [message for number, message in enumerate(messages) if number % 5]
    asked: dict[str, Sequence[Message]] = {"held-out fifth": messages[::5][:MOST_ASKED]}
    if INDEPENDENT.exists():
        asked["independent"] = _usable(read_messages(INDEPENDENT), entries)
    else:
        print(f"matching: {INDEPENDENT} is not there, so there is no independent figure")
    return Trial(entries, known, asked)


def _usable(messages: Iterable[Message], entries: Sequence[Entry]) -> list[Message]:
    ids = {entry.id for entry in entries}
    return [
        replace(message, text=read_paste(message.text).text[:MAX_TEXT])
        for message in counted(messages)
        if not message.expect or ids & set(message.expect)
    ]


def our_matcher(trial: Trial) -> Best:
    """Return this matcher, compiled as the bot compiles it; nothing of an earlier run is reused."""
    model, embed = trained_model(), sentence_model().embed
    with tempfile.TemporaryDirectory() as folder:
        compiled = open_or_compile(
            Path(folder), trial.entries, trial.known, model.background, embed
        )
    matcher = Matcher(compiled, model, embed)

    def best(text: str) -> tuple[str | None, float]:
        ranked = matcher.match(text).ranked
        return (ranked[0].entry.id, ranked[0].score) if ranked else (None, 0.0)

    return best


def documents(trial: Trial, whole: bool) -> tuple[list[str], list[str]]:
    """Return the texts that rivals search, and the entry of each: one a phrase or one an entry."""
    phrases: dict[str, list[str]] = {
        entry.id: [entry.title, *entry.errors, *entry.asks] for entry in trial.entries
    }
    for message in trial.known:
        for entry_id in message.expect:
            if entry_id in phrases:
                phrases[entry_id].append(message.text)
    if whole:
        return ["\n".join(texts) for texts in phrases.values()], list(phrases)
    pairs = [(text, entry_id) for entry_id, texts in phrases.items() for text in texts]
    return [text for text, _ in pairs], [entry_id for _, entry_id in pairs]


def rival(name: str, whole: bool, trial: Trial) -> Best:
    """Return a rival that looks among whole entries or among single phrases."""
    texts, owners = documents(trial, whole)
    search = RIVALS[name](texts)

    def best(text: str) -> tuple[str | None, float]:
        position, score = search(text)
        return (None if position is None else owners[position]), score

    return best


def methods() -> dict[str, Callable[[Trial], Best]]:
    """Return how each method is built, by name."""
    built: dict[str, Callable[[Trial], Best]] = {OURS: our_matcher}
    for name in RIVALS:
        for whole, unit in ((True, "entries"), (False, "phrases")):
            built[f"{name}, {unit}"] = partial(rival, name, whole)
    return built


@dataclass(frozen=True)
class Running:
    """A method that is built, and what it answered so far by set of questions."""

    method: str
    best: Best
    built_in_seconds: float
    seconds: list[float]
    judged: dict[str, list[Judged]]

    def ask(self, name: str, message: Message) -> None:
        """Note the answer to a message of a set, and how long it took."""
        start = perf_counter()
        entry, score = self.best(message.text)
        self.seconds.append(perf_counter() - start)
        self.judged[name].append(Judged(message, score, entry in message.expect))

    def row(self, size: int) -> Row:
        """Return the figures of all answers."""
        p50, p99 = (round(1000 * percentile(self.seconds, share), 3) for share in (0.5, 0.99))
        return Row(
            method=self.method,
            size=size,
            recall={
                name: round(recall_at(all_, PRECISION), 4) for name, all_ in self.judged.items()
            },
            top1={name: round(top_one(all_), 4) for name, all_ in self.judged.items()},
            p50=p50,
            p99=p99,
            built_in_seconds=round(self.built_in_seconds, 3),
        )


def start(method: str, build: Callable[[Trial], Best], trial: Trial) -> Running:
    """Return the method built and warm."""
    begun = perf_counter()
    best = build(trial)
    built = perf_counter() - begun
    best("How do I start?")
    return Running(method, best, built, [], {name: [] for name in trial.asked})


def measure(trial: Trial) -> list[Row]:
    """Ask every method every question once, in turns: what else the machine does hits all alike."""
    running = [start(name, build, trial) for name, build in methods().items()]
    for name, messages in trial.asked.items():
        for message in messages:
            for one in running:
                one.ask(name, message)
    return [one.row(len(trial.entries)) for one in running]


def run(sizes: Sequence[int] = SIZES) -> list[Row]:
    """Measure every method at every size, with a line each."""
    base = read_trial()
    rows = []
    for size in sizes:
        entries = [*base.entries, *distractors(size - len(base.entries))]
        for row in measure(replace(base, entries=entries)):
            rows.append(row)
            shown = " ".join(f"{value:.3f}" for value in row.recall.values())
            line = f"matching: {size:>6} {row.method:<36} recall {shown}  p50 {row.p50:.1f} ms"
            print(line, flush=True)
    return rows


def table(rows: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    """Return columns and rows: each cell has the figures of all sizes, in order."""
    sets = list(rows[0].recall)
    sizes = " / ".join(f"{size:,}" for size in sorted({row.size for row in rows}))
    columns = [f"entries: {sizes}"]
    columns += [f"recall at 95 %, {name}" for name in sets] + [f"top-1, {name}" for name in sets]
    columns += ["p50 ms", "p99 ms"]
    lines = []
    for method in dict.fromkeys(row.method for row in rows):
        own = sorted((row for row in rows if row.method == method), key=lambda row: row.size)
        cells = [" / ".join(f"{row.recall[name]:.2f}" for row in own) for name in sets]
        cells += [" / ".join(f"{row.top1[name]:.2f}" for row in own) for name in sets]
        cells += [" / ".join(f"{row.p50:.1f}" for row in own)]
        cells += [" / ".join(f"{row.p99:.1f}" for row in own)]
        lines.append([method, *cells])
    return columns, lines


def note(asked: dict[str, int]) -> str:
    """Return what a reader must know to judge the table."""
    counts = ", ".join(f"{count} {name}" for name, count in asked.items())
    return (
        f"Messages asked: {counts}. Recall is the best of any threshold at which at least 95 % of "
        "the replies are right. A rival searches either whole entries or single phrases; titles, "
        "error strings, questions and the labelled messages of an entry are in both. No base "
        "holds a message that is asked, but the judge inside this matcher was trained on all "
        "labelled messages, the held-out fifth among them (its features came from bases without "
        "the message), and messages that need no answer are known to this matcher alone. The "
        "independent set was never trained on, though every training run reports on it.\n"
    )


def main() -> None:
    """Run the bench; write JSON, the Markdown table and the picture."""
    trial = read_trial()
    rows = run()
    asked = {name: len(messages) for name, messages in trial.asked.items()}
    columns, lines = table(rows)
    print_table("Matching", columns, lines)
    write_json("matching", {"asked": asked, "rows": [asdict(row) for row in rows]})
    markdown = f"{markdown_table(columns, lines)}\n{note(asked)}"
    RESULTS.joinpath("matching.md").write_text(markdown, encoding="utf-8")
    draw_matching([asdict(row) for row in rows], PICTURE)
