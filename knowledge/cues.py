"""What a text says about itself: whose it is, whether it asks, whether it is already settled."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from knowledge.normalise import Text

_SETTLED_PHRASES = (
    "solved resolved fixed sorted settled closing nvm fyi disregard runbook update:",
    r"works?\ (?:now|again|fine|like)|working\ (?:now|again)|(?:is|are)\ gone|never\ ?mind",
    r"turn(?:ed|s)\ out|was\ because|it\ was\ just|all\ it\ was|heads[-\ ]up|found\ it",
    r"all\ good",
    r"no\ longer|back\ to\ normal|false\ alarm|got\ it\ (?:to\ )?work|did\ (?:it|the\ trick)",
    r"no\ action|nothing\ to\ do|expected\ then|for\ the\ record|for\ anyone|moved\ from",
    r"thanks\ to",
    r"in\ case\ (?:any|some)one|post\ ?mortem|we\ had\ (?:mixed|the\ wrong|forgotten)",
    r"my\ (?:fault|bad|mistake)|sorry\ for\ the\ noise|ignore\ (?:this|that|my)|can\ be\ closed",
)
_REPORTING_PHRASES = (
    "commit changelog coverage fixture fixtures storybook runbook glossary retro minutes binder",
    "postmortem backlog standup meme quote quoting quoted merged approved approving reworded",
    r"unit\ tests?|test\ (?:plan|case)s?|tests?\ pass(?:es|ed)?|\d+\ passed|pull\ request",
    r"PR\ ?\#?\d+|(?:feat|fix|chore|docs|test|refactor)(?:\(\w{1,20}\))?:|release\ notes",
    r"root\ cause|for\ the\ (?:protocol|minutes|archive)s?|as\ \w{2,20}\ (?:wrote|said|put\ it)",
    r"the\ (?:faq|docs)\ (?:says?|has|states?)|anon\ here|the\ anon\ team|\(anon\)|summary",
    r"from\ (?:the\ )?anon\ (?:team|here|support)|[–—-]\ ?\w{2,20},\ anon",
    r"assert|expect\(|caplog|pytest|jest|\.spec\.|\d+\ (?:passing|pending|skipped)|PASS(?:ED)?\ ",
    r"\[(?:status|resolved|investigating|monitoring)\]|status\ page|monitoring:|investigating:",
    r"action\ items?|will\ be\ (?:down|off|unavailable)|maintenance|reminder|announcement",
)
_ASKING_PHRASES = (
    "how what why which where whom who when could should may must help need want tried stuck",
    "unable can't cannot failing doesn't won't pls please possible wonder explain trouble problem",
    r"issue|wrong|fails?|can\ (?:i|we|you|some)|any\ ?(?:one|body|idea|hint|way)|not\ sure",
    r"tell\ (?:me|us)|looking\ for",
)
_ADVISING_PHRASES = (
    r"did\ you|have\ you|you\ (?:need|have|should|must|can|could|probably|just)|that's\ because",
    r"that\ is\ because|is\ supposed\ to|make\ sure|just\ (?:add|link|set|use)|they\ have\ to",
    r"see\ (?:the\ )?thread|i\ (?:switched|told|explained)",
    r"don't\ (?:touch|retry|change|worry|restart)",
    r"we\ (?:switched|moved|cycle|rolled|released|deployed|merged|will|plan)",
)
_FAILURE_PHRASES = (
    "error exception failed failure failing uncaught unhandled traceback denied refused rejected",
    r"blocked|timed?\ ?out|crash\w{0,8}|broken|unauthori[sz]ed|forbidden|not\ found|invalid|cannot",
    r"can't|fails?|unexpected|ERR_[A-Z_]{3,60}|E[A-Z]{4,12}|[45]\d\d",
)


def _any_of(phrases: tuple[str, ...], start: str = r"\b", end: str = r"(?!\w)") -> re.Pattern[str]:
    """Return a pattern for any of the phrases as whole words; unescaped spaces separate them."""
    choices = "|".join(re.sub(r"(?<!\\) ", "|", line) for line in phrases)
    return re.compile(rf"{start}(?:{choices}){end}", re.IGNORECASE)


_SETTLED = _any_of(_SETTLED_PHRASES)
_REPORTS = _any_of(_REPORTING_PHRASES, start=r"(?<!\w)", end=r"(?!\w)")
_ASKS = _any_of(_ASKING_PHRASES)
_ASKED_LAST = re.compile(
    r"\?[\s)\"'”:a-z_!?]{0,24}\Z|\b(?:pls|please|thx|anyone|ideas?|help)\W{0,9}\Z", re.IGNORECASE
)
_ADVISES = _any_of(_ADVISING_PHRASES)
_ADDRESSES = re.compile(
    r"(?:^|\n)\s{0,9}(?:(?:hey |hi |ah |no worries |thanks )?@\w"
    r"|(?:sure|yes|true|yep|nope?)\b,?\s\w)",
    re.IGNORECASE,
)
_FAILURE = _any_of(_FAILURE_PHRASES)


@dataclass(frozen=True, slots=True)
class Cues:
    """Counts and flags of one text; the names of ``products`` are as people write them."""

    services: tuple[str, ...]
    identities: tuple[str, ...]
    settled: bool
    reports: bool
    asks: bool
    question_mark: bool
    asked_last: bool
    advises: bool
    failure: bool


class Products:
    """The names of other products, less those that the knowledge base itself is about."""

    def __init__(self, own_texts: Iterable[str]) -> None:
        self._section, self._pattern = _read_products()
        own = " \n ".join(own_texts)
        self._own = {match.lower() for match in self._pattern.findall(own)}

    def named_in(self, text: str, section: str) -> tuple[str, ...]:
        """Return the products of a section that the text names, each once, in order."""
        found = dict.fromkeys(name.lower() for name in self._pattern.findall(text))
        names = (self._section[name] for name in found if name not in self._own)
        return tuple(name for kind, name in names if kind == section)


@cache
def _read_products() -> tuple[dict[str, tuple[str, str]], re.Pattern[str]]:
    """Return name → (section, spelling) and one pattern that finds every name."""
    section, names = "", dict[str, tuple[str, str]]()
    text = files("knowledge").joinpath("products.txt").read_text(encoding="utf-8")
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            names[line.lower()] = (section, line)
    longest_first = sorted(map(re.escape, names), key=len, reverse=True)
    return names, re.compile(rf"(?<![\w-])(?:{'|'.join(longest_first)})(?![\w-])", re.IGNORECASE)


def read_cues(text: Text, products: Products) -> Cues:
    """Return the cues of a text."""
    shown = text.raw[:6000]
    return Cues(
        services=products.named_in(shown, "service"),
        identities=products.named_in(shown, "identity"),
        settled=bool(_SETTLED.search(text.prose)),
        reports=bool(_REPORTS.search(text.raw[:6000])),
        asks=asks(text),
        question_mark="?" in text.prose,
        asked_last=bool(_ASKED_LAST.search(text.prose)),
        advises=bool(_ADVISES.search(text.prose) or _ADDRESSES.search(text.prose)),
        failure=names_failure(text),
    )


def asks(text: Text) -> bool:
    """Tell whether the text asks for something."""
    return "?" in text.prose or bool(_ASKS.search(text.prose))


def names_failure(text: Text) -> bool:
    """Tell whether the text names anything that went wrong."""
    return bool(_FAILURE.search(text.clean))
