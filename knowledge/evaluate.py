"""Precision and recall of replies on labelled messages, and how they move with the threshold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.labelled import Message, counted


@dataclass(frozen=True, slots=True)
class Judged:
    """One message with the best candidate's score and whether that entry is right."""

    message: Message
    score: float
    right: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """What happens at one threshold; rates run from 0 to 1, precision is 1 without a reply."""

    threshold: float
    replies: int
    right: int
    positives: int

    @property
    def precision(self) -> float:
        """Which share of the replies was right."""
        return self.right / self.replies if self.replies else 1.0

    @property
    def recall(self) -> float:
        """Which share of the messages that have an answer got it."""
        return self.right / self.positives if self.positives else 0.0


def judge_messages(
    messages: Sequence[Message], best: Callable[[str], tuple[str | None, float]]
) -> list[Judged]:
    """Return the judged messages; ``best`` gives the best entry's id and score for a text."""
    judged = []
    for message in counted(messages):
        entry, score = best(message.text)
        judged.append(Judged(message, score, entry in message.expect))
    return judged


def figures_at(judged: Sequence[Judged], threshold: float) -> Figures:
    """Return what replying from this score on would have meant."""
    replies = [one for one in judged if one.score >= threshold]
    return Figures(
        threshold=threshold,
        replies=len(replies),
        right=sum(one.right for one in replies),
        positives=sum(bool(one.message.expect) for one in judged),
    )


def curve(judged: Sequence[Judged], steps: int = 100) -> list[Figures]:
    """Return the figures at evenly spaced thresholds from 0 to 1."""
    return [figures_at(judged, step / steps) for step in range(steps + 1)]


def draw_curve(figures: Sequence[Figures], threshold: float, path: Path) -> None:
    """Write a picture of precision and recall by threshold."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import, needed only here

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    across = [one.threshold for one in figures]
    axes.plot(across, [one.precision for one in figures], label="precision of replies")
    axes.plot(across, [one.recall for one in figures], label="recall of answers")
    axes.axvline(threshold, linestyle=":", color="grey", label=f"replies from {threshold:.2f} on")
    axes.set(xlabel="score from which the bot replies", ylim=(0, 1.02), xlim=(0, 1))
    axes.grid(alpha=0.3)
    axes.legend(loc="lower left")
    figure.savefig(path, dpi=150)


def draw_replies(scores: Sequence[float], threshold: float, path: Path) -> None:
    """Write a picture of which share of messages would be answered, by threshold."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import, needed only here

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    across = [step / 100 for step in range(101)]
    share = [sum(score >= at for score in scores) / len(scores) for at in across]
    axes.plot(across, share, label="share of messages that get a reply")
    axes.axvline(threshold, linestyle=":", color="grey", label=f"replies from {threshold:.2f} on")
    axes.set(xlabel="score from which the bot replies", ylim=(0, 1.02), xlim=(0, 1))
    axes.grid(alpha=0.3)
    axes.legend(loc="upper right")
    figure.savefig(path, dpi=150)
