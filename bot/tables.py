"""The tables of the state; migrations/ makes them. No message text stands here unredacted."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

# Names are fixed so that a later migration can drop a constraint on either database.
METADATA = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "uq": "uq_%(table_name)s_%(column_0_name)s"}
)

threads = Table(
    "threads",
    METADATA,
    Column("team", String(32), primary_key=True),
    Column("channel", String(32), primary_key=True),
    Column("root", String(32), primary_key=True),  # ts of the thread's first message
    Column("asker", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("updated", Float, nullable=False),
    Index("ix_threads_asker", "team", "asker", "updated"),
)

# One row for each message that got something, and one more for each further candidate shown.
answers = Table(
    "answers",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("team", String(32), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("question", String(32), nullable=False),  # ts of the message that is answered
    Column("root", String(32), nullable=False),
    Column("asker", String(32), nullable=False),
    Column("turn", Integer, nullable=False),  # 0 the first answer, 1 the one after "not it"
    Column("candidates", JSON, nullable=False),  # [{"entry", "score", "why"}], best first
    Column("entry", String(64), nullable=False),  # "" while choices are shown
    Column("revision", String(32), nullable=False),
    Column("posted", String(32)),  # ts of the bot's message; null while only the asker saw it
    Column("open", Boolean, nullable=False),  # neither folded nor removed
    Column("created", Float, nullable=False),
    UniqueConstraint("team", "channel", "question", "turn"),
    Index("ix_answers_posted", "team", "channel", "posted"),
    Index("ix_answers_root", "team", "channel", "root"),
    Index("ix_answers_entry", "team", "channel", "entry", "created"),
    Index("ix_answers_created", "created", "entry", "revision"),
)

# The last vote of each person on each answer.
feedback = Table(
    "feedback",
    METADATA,
    Column("team", String(32), primary_key=True),
    Column("channel", String(32), primary_key=True),
    Column("posted", String(32), primary_key=True),
    Column("user", String(32), primary_key=True),
    Column("verdict", String(16), nullable=False),
    Column("entry", String(64), nullable=False),
    Column("revision", String(32), nullable=False),
    Column("updated", Float, nullable=False),
    Index("ix_feedback_updated", "updated", "verdict", "entry", "revision"),
    Index("ix_feedback_revision", "entry", "revision", "verdict"),
)

# What a channel set for itself, each as it is written; bot/channel_settings.py reads it.
channel_settings = Table(
    "channel_settings",
    METADATA,
    Column("team", String(32), primary_key=True),
    Column("channel", String(32), primary_key=True),
    Column("name", String(16), primary_key=True),
    Column("value", String(200), nullable=False),
    Column("who", String(32), nullable=False),
    Column("changed", Float, nullable=False),
)

# What was already acted on: messages, deliveries, warnings, welcomes.
seen_events = Table(
    "seen_events",
    METADATA,
    Column("key", String(160), primary_key=True),
    Column("seen", Float, nullable=False),
)

# What somebody said last in a channel ("") or thread, for a few seconds: later pieces join it.
pieces = Table(
    "pieces",
    METADATA,
    Column("team", String(32), primary_key=True),
    Column("channel", String(32), primary_key=True),
    Column("thread", String(32), primary_key=True),
    Column("user", String(32), primary_key=True),
    Column("first", String(32), nullable=False),
    Column("root", String(32), nullable=False),
    Column("text", Text, nullable=False),  # redacted
    Column("explicit", Boolean, nullable=False),
    Column("held_until", Float, nullable=False),
    Column("seen", Float, nullable=False),
)

opted_out = Table(
    "opted_out",
    METADATA,
    Column("team", String(32), primary_key=True),
    Column("user", String(32), primary_key=True),
)

misses = Table(
    "misses",
    METADATA,
    Column("fingerprint", String(128), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("example", Text, nullable=False),  # redacted
    Column("updated", Float, nullable=False),
    Index("ix_misses_updated", "updated", "fingerprint"),
)

# One row for each run of checks. What needs a token is named in ``looks``, the token is nowhere.
check_runs = Table(
    "check_runs",
    METADATA,
    Column("id", String(200), primary_key=True),
    Column("chain", String(200), nullable=False),  # the first run, of which this one is a repeat
    Column("team", String(32), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("user", String(32), nullable=False),  # who ran it
    Column("asker", String(32), nullable=False),
    Column("looks", JSON, nullable=False),
    Column("root", String(32), nullable=False),
    Column("question", String(32), nullable=False),
    Column("posted", String(32), nullable=False),  # "" where one person alone sees it
    Column("entry", String(64), nullable=False),
    Column("private", Boolean, nullable=False),
    Column("checks", JSON),  # none while it runs
    Column("state", String(16), nullable=False),
    Column("started", Float, nullable=False),
    Column("ended", Float),
    Index("ix_check_runs_chain", "chain"),
    Index("ix_check_runs_posted", "team", "channel", "posted"),
    Index("ix_check_runs_user", "team", "user", "started"),
    Index("ix_check_runs_channel", "team", "channel", "started"),
)

# How many messages a day no entry answered.
missed_days = Table(
    "missed_days",
    METADATA,
    Column("day", Integer, primary_key=True, autoincrement=False),  # since 1970, in UTC
    Column("number", Integer, nullable=False),
)

# One row for each process that carries out work on PostgreSQL; ``taken`` once it is dead.
replicas = Table(
    "replicas",
    METADATA,
    Column("executor_id", String(64), primary_key=True),
    Column("seen", DateTime(timezone=True), nullable=False),
    Column("taken", DateTime(timezone=True)),
)

# Who minted which example token: never the token. Triggers (migration 0003) refuse every change,
# and deletion before AUDIT_DAYS are over.
mints = Table(
    "mints",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("minted", Float, nullable=False),
    Column("team", String(32), nullable=False),  # "" on the command line
    Column("who", String(255), nullable=False),  # user id, or the account at the terminal
    Column("place", String(64), nullable=False),  # channel id, or where else
    Column("sub", String(1024), nullable=False),  # redacted
    Column("jti", String(64), nullable=False),
    Column("kid", String(256), nullable=False),
    Column("ttl", Integer, nullable=False),  # seconds
    Column("fault", String(32), nullable=False),  # "" for a good one
    UniqueConstraint("jti"),
    Index("ix_mints_who", "team", "who", "minted"),
)

# One row for each escalated thread; a private one has its key from the form that opened it.
tickets = Table(
    "tickets",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("team", String(32), nullable=False),
    Column("key", String(160), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("root", String(32), nullable=False),
    Column("private", Boolean, nullable=False),
    Column("asker", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("claimer", String(32), nullable=False),
    Column("summary", Text, nullable=False),  # this and the next: redacted
    Column("tried", Text, nullable=False),
    Column("urgency", String(16), nullable=False),
    Column("environment", String(16), nullable=False),
    Column("candidates", JSON, nullable=False),
    Column("rejected", JSON, nullable=False),
    Column("checks", JSON, nullable=False),
    Column("reason", Text, nullable=False),
    Column("entry", String(64), nullable=False),
    Column("card", String(32), nullable=False),
    Column("note", String(32), nullable=False),
    Column("opened", Float, nullable=False),
    Column("answered", Float),
    Column("updated", Float, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    UniqueConstraint("team", "key"),
    Index("ix_tickets_root", "team", "channel", "root"),
    Index("ix_tickets_state", "state", "opened"),
    Index("ix_tickets_asker", "team", "asker", "opened"),
    Index("ix_tickets_card", "card"),
    Index("ix_tickets_note", "team", "channel", "note"),
    Index("ix_tickets_answered", "opened", "answered"),
)

# What was done to a ticket, each once: ``key`` names the press, message or timer.
ticket_events = Table(
    "ticket_events",
    METADATA,
    Column("ticket", Integer, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("deed", String(16), nullable=False),
    Column("user", String(32), nullable=False),
    Column("text", Text, nullable=False),  # redacted
    Column("before", String(16), nullable=False),
    Column("after", String(16), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("at", Float, nullable=False),
    Index("ix_ticket_events_at", "at", "deed"),
)

# Entries that staff wrote from a ticket; approved ones are part of the base.
proposals = Table(
    "proposals",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),  # names the form that proposed it
    Column("ticket", Integer, nullable=False),
    Column("entry", String(64), nullable=False),
    Column("text", Text, nullable=False),  # as its file would hold it; redacted
    Column("problems", JSON, nullable=False),  # what kb lint says
    Column("state", String(16), nullable=False),
    Column("author", String(32), nullable=False),
    Column("reviewer", String(32), nullable=False),
    Column("card", String(32), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("last", String(200), nullable=False),  # key of the last review
    Column("opened", Float, nullable=False),
    Column("updated", Float, nullable=False),
    Index("ix_proposals_state", "state", "updated"),
    Index("ix_proposals_card", "card"),
    Index("ix_proposals_ticket", "ticket"),
)

# One row for each answer that mode `shadow` kept back, until staff decide and for some time after.
shadows = Table(
    "shadows",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("key", String(200), nullable=False, unique=True),  # names the message
    Column("team", String(32), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("root", String(32), nullable=False),
    Column("question", String(32), nullable=False),
    Column("asker", String(32), nullable=False),
    Column("text", Text, nullable=False),  # what was said; redacted
    Column("candidates", JSON, nullable=False),
    Column("entry", String(64), nullable=False),
    Column("sure", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("decider", String(32), nullable=False),
    Column("edited", Text, nullable=False),  # what staff made of it; redacted
    Column("reason", Text, nullable=False),  # why it was not sent
    Column("card", String(32), nullable=False),
    Column("posted", String(32), nullable=False),
    Column("last", String(200), nullable=False),  # key of the decision
    Column("updated", Float, nullable=False),
    UniqueConstraint("team", "channel", "root", "entry"),
    Index("ix_shadows_card", "card"),
    Index("ix_shadows_last", "last"),
    Index("ix_shadows_asker", "team", "asker"),
    Index("ix_shadows_updated", "updated"),
)
