"""Logs as JSON lines in which no secret can stand."""

import logging
import sys
from collections.abc import Iterable
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.redact import redact

HIDDEN = "[redacted setting]"
# Filtered here: Bolt gives its loggers levels of their own, whatever their parents have.
TALKATIVE = (
    "slack_bolt",
    "slack_sdk",
    "anon-support-bot",
    "aiosqlite",
    "httpx",
    "httpcore",
    "alembic",
    "matplotlib",
)
_LINE_LIMIT = 20_000  # characters of one value: a log line is no place for a whole paste


class StderrHandler(logging.StreamHandler[TextIO]):
    """Writes to what stderr is now: it may be redirected after the start."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, unless it is small talk of a library that logs whole requests."""
        if record.levelno < logging.WARNING and record.name.startswith(TALKATIVE):
            return
        self.stream = sys.stderr
        super().emit(record)


def configure_logging(level: str, secrets: Iterable[str] = ()) -> None:
    """Send every log line of the process, other libraries' too, through redaction to stderr.

    ``secrets`` are values of settings that no rule could recognise by their form.
    """
    redaction = redactor(secrets)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared[:3], shared[4], structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = StderrHandler()
    handler.setFormatter(_formatter(shared, redaction))
    root = logging.getLogger()
    for former in list(root.handlers):
        if type(former) in {logging.StreamHandler, StderrHandler}:  # they would not redact
            root.removeHandler(former)
    root.addHandler(handler)
    root.setLevel(level)


def _formatter(shared: list[Processor], redaction: Processor) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _without_colours,
            redaction,
            structlog.processors.JSONRenderer(),
        ],
    )


def _without_colours(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop uvicorn's second copy of its messages, made for terminals."""
    event.pop("color_message", None)
    return event


def redactor(secrets: Iterable[str] = ()) -> Processor:
    """Return a processor after which no value of the event holds a secret."""
    exact = sorted((secret for secret in secrets if secret), key=len, reverse=True)

    def clean(value: object) -> object:
        if isinstance(value, bool | int | float | None):
            return value
        if isinstance(value, dict):
            return {str(clean(key)): clean(part) for key, part in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [clean(part) for part in value]
        text = str(value)[:_LINE_LIMIT]
        for secret in exact:
            text = text.replace(secret, HIDDEN)
        return redact(text).text

    def process(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {key: clean(value) for key, value in event.items()}

    return process
