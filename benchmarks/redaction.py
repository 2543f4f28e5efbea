"""Hostile text against redaction: a megabyte of each kind, every pattern and rule, and the whole.

A second a pattern is the most; the ratio is to one plain pass of ``re.sub`` over the same text.
The whole and every rule read a megabyte of each text. There are many patterns, so each reads 20 kB
of each text first, and then a megabyte of the five on which it was slowest.
"""

import importlib
import inspect
import pkgutil
import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import partial

import bot.redact
from benchmarks.figures import RESULTS, markdown_table, print_table, seconds_of, write_json
from bot.redact import RULES, redact
from tests.hostile import hostile_texts

SIZE = 1_000_000
SAMPLE = 20_000
SLOWEST = 5
SHOWN = 15
_PLAIN = re.compile(r"[aeiou]")


@dataclass(frozen=True, slots=True)
class Worst:
    """The text on which something takes longest, and how long in seconds."""

    name: str
    text: str
    seconds: float
    ratio: float


def patterns() -> dict[str, re.Pattern[str]]:
    """Return every pattern of redaction that runs over a text, by module and name.

    Those that are only tried at one place, or that end in ``\\Z`` and read the short piece in front
    of a find, are measured as part of their rule.
    """
    found: dict[str, re.Pattern[str]] = {}
    for info in pkgutil.iter_modules(bot.redact.__path__):
        module = importlib.import_module(f"bot.redact.{info.name}")
        source = inspect.getsource(module)
        for name, value in vars(module).items():
            if not isinstance(value, re.Pattern) or value in found.values():
                continue
            if runs_over_texts(name, source) and not value.pattern.endswith(r"\Z"):
                found[f"{info.name}.{name}"] = value
    return found


def runs_over_texts(name: str, source: str) -> bool:
    """Return whether a pattern is used in any other way than to try one place."""
    uses = re.findall(rf"\b{name}\b(?! = )(\.\w+)?", source)
    return any(use not in {".match", ".fullmatch"} for use in uses)


def _scan(pattern: re.Pattern[str], text: str) -> None:
    deque(pattern.finditer(text), maxlen=0)


def _apply(rule: Callable[[str], Iterable[object]], text: str) -> None:
    deque(rule(text), maxlen=0)


def slowest_texts(
    work: Callable[[str], object], texts: dict[str, str], samples: dict[str, str]
) -> dict[str, str]:
    """Return the few texts whose samples the work takes longest on."""
    seconds = {name: seconds_of(partial(work, sample)) for name, sample in samples.items()}
    names = sorted(seconds, key=lambda name: -seconds[name])[:SLOWEST]
    return {name: texts[name] for name in names}


def worst(
    name: str, work: Callable[[str], object], texts: dict[str, str], plain: dict[str, float]
) -> Worst:
    """Return the text that the work takes longest on."""
    seconds = {text: seconds_of(partial(work, content)) for text, content in texts.items()}
    slowest = max(seconds, key=lambda text: seconds[text])
    ratio = seconds[slowest] / max(plain[slowest], 1e-9)
    return Worst(name, slowest, round(seconds[slowest], 4), round(ratio, 1))


def main() -> None:
    """Run the bench and write JSON and the Markdown table."""
    texts, samples = hostile_texts(SIZE), hostile_texts(SAMPLE)
    plain = {name: seconds_of(partial(_PLAIN.sub, "-", content)) for name, content in texts.items()}
    works: dict[str, Callable[[str], object]] = {"redact, whole": redact}
    works |= {f"rule {rule.__name__}": partial(_apply, rule) for rule in RULES}
    works |= {f"pattern {name}": partial(_scan, value) for name, value in patterns().items()}
    found = []
    for number, (name, work) in enumerate(works.items(), 1):
        few = name.startswith("pattern ")
        read = slowest_texts(work, texts, samples) if few else texts
        found.append(worst(name, work, read, plain))
        print(f"redaction: {number}/{len(works)} {name} {found[-1].seconds:.2f} s", flush=True)
    report(found)


def report(found: list[Worst]) -> None:
    """Print and write the whole, the rules and the slowest patterns."""
    slowest = sorted(found, key=lambda one: -one.seconds)
    shown = [one for one in slowest if not one.name.startswith("pattern ")]
    shown += [one for one in slowest if one.name.startswith("pattern ")][:SHOWN]
    columns = ["1 MB of hostile text", "slowest text", "seconds", "times one re.sub pass"]
    lines = [[one.name, one.text, f"{one.seconds:.3f}", f"{one.ratio:.1f}"] for one in shown]
    print_table("Redaction", columns, lines)
    write_json("redaction", {"characters": SIZE, "slowest": [asdict(one) for one in slowest]})
    markdown = markdown_table(columns, lines)
    RESULTS.joinpath("redaction.md").write_text(markdown, encoding="utf-8")
