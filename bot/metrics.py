"""What the bot counts and times, for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 3)

EVENTS = Counter("anon_events_total", "Events that were taken in", ["type"])
TURNED_AWAY = Counter(
    "anon_requests_turned_away_total", "Requests that got 400, 401 or 413", ["status"]
)
UNKNOWN_REQUESTS = Counter("anon_unknown_requests_total", "Requests that no listener takes")
REFUSED = Counter("anon_events_refused_total", "Events that could not be kept: Slack comes again")
NOT_INSTALLED = Counter(
    "anon_requests_not_installed_total", "Requests from teams that have not installed the app"
)
DECISIONS = Counter("anon_decisions_total", "What messages got", ["kind"])
MATCH = Histogram("anon_match_seconds", "Time to match one text", buckets=FAST)
ACK = Histogram("anon_ack_seconds", "Time to answer a request of Slack's", buckets=FAST)
POSTS = Counter("anon_posts_total", "What was said in Slack", ["kind"])
LIMITED = Counter("anon_slack_limited_total", "Calls that Slack answered with 429")
AWAY = Counter("anon_slack_away_total", "Calls that Slack did not answer or answered with 5xx")
CHECKS = Counter("anon_checks_total", "What live checks found", ["check", "code"])
SHADOWS_LOST = Counter(
    "anon_shadows_lost_total", "Answers of mode shadow that no staff channel was shown"
)
WAITING = Gauge("anon_work_waiting", "Work that is kept and not yet done, on all replicas")
OLDEST = Gauge("anon_work_oldest_seconds", "Age of the oldest work that is due and not yet done")
