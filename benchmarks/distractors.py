"""Made-up entries about made-up products, to see what a growing base does to a matcher.

The products are invented, so that no labelled message is ever about one of them.
"""

import random
from collections.abc import Iterator
from itertools import count

from knowledge.entry import Entry, Kind


def _listed(words: str) -> list[str]:
    return words.split()


_STARTS = _listed("""
acu alba ambo arka astro auro bexi bolt brio cado calyx cinder cobra copper corvo crux delfi dovi
drift ebon echo elmo ember fable fenix fjord flux garnet gecko glyph halo harbor helio hexa indi
jasper juno karma kelp kilo lark lumo lyra mango marlo mica moss nimbo nova octo onyx opal orbi
pebble pilo pluto quill quon raven rivo rumba saffi sable sierra solo sparro tango tarn thimb
topaz tundra umber vanta velo vesper wick willo xeno yarrow zeph zinc
""")
_ENDS = _listed("""
base bay beam bird bit board box cast chain core craft cue dash deck desk dock field flow forge
form gate grid hub kit lane layer ledger lens line link loom mail map mark mesh mill mind node pad
path pay pilot pipe point port post pulse rail ray relay room scale sheet shift ship sight space
spot stack stage stream sync tap tide trace track vault view ware wave wire works yard
""")
_COMPONENTS = _listed("""
webhook upload importer exporter scheduler search-index billing invoice payout ledger mailer
templates queue worker cron replica backup snapshot migration schema cache thumbnail transcoder
player chat presence calendar contacts geocoder routing map-tiles barcode scanner printer label
warehouse stock basket checkout coupon loyalty tax currency fraud kyc signature document pdf
spreadsheet pivot chart dashboard alert pager metrics tracing log-shipper sampler feature-flag
experiment recommender ranking tagging translation speech camera gateway firmware sensor modbus
telemetry thermostat pipeline artifact registry runner sandboxer linter bundler sourcemap cdn
certificate dns proxy firewall vpn ldap scim directory roster timesheet payroll survey form-builder
""")
_FAULTS = _listed("""
Timeout Conflict Exhausted Mismatch Missing Corrupt Stale Unsupported Overflow Locked Duplicate
Truncated Detached Unreachable Expired Paused Incompatible Throttled Orphaned Malformed
""")
_STATUSES = (400, 401, 402, 403, 404, 405, 409, 410, 412, 413, 415, 422, 423, 429, 500, 502, 503)
_ERRORS = (
    "{Name}Error: {component} returned {status} from https://api.{name}.example/v{digit}/{noun}",
    "{NAME}_{FAULT}: {component} {noun} {number} is {fault}",
    "[{name}] {component}: {fault} after {number} ms (code {code})",
    "Request failed with status code {status} at {name}.{component}.{noun}",
    "Uncaught (in promise) {Name}{Fault}: cannot read {noun} of {component}",
    "Access to fetch at 'https://{name}.example/{component}.js' has been blocked by CORS policy",
    "connect ECONNREFUSED {component}.{name}.internal:{port}",
    "{name}-cli: error {code}: {component} {fault}, expected {noun} of version {digit}",
    "java.lang.IllegalStateException: {Name}{Fault} in {component} ({noun}={number})",
    "panic: {name}/{component}: {fault} {noun} [recovered]",
    "{status} {Fault}: the {component} of {Name} does not accept this {noun}",
    "ERR_{NAME}_{FAULT} while loading {component}/{noun}.wasm",
    "{name}.exceptions.{Fault}: {component} {noun} must be below {number}",
    "Failed to start {name}-{component}.service: {noun} {fault} (exit {digit})",
    "npm ERR! {status} GET https://registry.{name}.example/@{name}%2f{component}",
    "TLS handshake with {component}.{name}.example:{port} failed: {noun} {fault}",
    '{{"error":{{"type":"{fault}_{noun}","code":{code},"source":"{name}.{component}"}}}}',
    "SQLSTATE[{code}]: {name}_{component}: {noun} {fault}",
    "websocket to wss://{component}.{name}.example closed with {number}: {noun} {fault}",
    "{Name}: token for {component} rejected, {noun} {fault} (status {status})",
)
_NOUNS = _listed("""
payload region tenant cursor shard manifest batch checksum header locale bucket channel receipt
partition quota offset frame record account workspace project session device profile
""")
_ASKS = (
    "How do I connect the {component} of {Name} to our {noun}?",
    "Can {Name} keep more than one {noun} per {component}?",
    "Why is the {Name} {component} so slow with a large {noun}?",
    "Where do I change the {noun} of a {Name} {component}?",
    "How long does {Name} keep a {noun} in the {component}?",
    "What does it mean when {Name} says the {noun} is {fault}?",
    "Is there a way to test the {Name} {component} without a real {noun}?",
    "We want to move every {noun} from {Name} to our own {component}, is that possible?",
    "Who may see the {noun} that the {Name} {component} writes?",
    "Does the {Name} {component} work with a {noun} behind a proxy?",
)


def distractors(amount: int, seed: int = 7) -> list[Entry]:
    """Return so many distinct entries; the shorter list is the start of the longer one."""
    entries: list[Entry] = []
    seen = set[tuple[str, ...]]()
    for entry in _endless(random.Random(seed)):
        if entry.errors not in seen:
            seen.add(entry.errors)
            entries.append(entry)
        if len(entries) >= amount:
            break
    return entries[:amount]


def _endless(dice: random.Random) -> Iterator[Entry]:
    for number in count():
        words = _words(dice)
        errors = dice.sample(_ERRORS, dice.choice((1, 1, 2)))
        asks = dice.sample(_ASKS, dice.choice((0, 0, 0, 1, 2)))
        yield Entry(
            id=f"made-up-{number}",
            title="{Name}: {component} {noun} {fault}".format(**words),
            kind=Kind.ERROR,
            errors=tuple(error.format(**words) for error in errors),
            asks=tuple(ask.format(**words) for ask in asks),
            body="Made up for the bench.",
        )


def _words(dice: random.Random) -> dict[str, str | int]:
    name = dice.choice(_STARTS) + dice.choice(_ENDS)
    fault = dice.choice(_FAULTS)
    return {
        "name": name,
        "Name": name.capitalize(),
        "NAME": name.upper(),
        "fault": fault.lower(),
        "Fault": fault,
        "FAULT": fault.upper(),
        "component": dice.choice(_COMPONENTS),
        "noun": dice.choice(_NOUNS),
        "status": dice.choice(_STATUSES),
        "code": dice.randrange(1000, 99999),
        "number": dice.randrange(2, 90000),
        "digit": dice.randrange(1, 10),
        "port": dice.randrange(1024, 60000),
    }
