"""What a person sees who installs the app: short pages in plain English."""

from html import escape

CANCELLED = "access_denied"
REASONS = {
    CANCELLED: "You chose not to install the app, so nothing was changed.",
    "invalid_browser": (
        "This is not the browser in which the installation began, or it keeps no cookies. "
        "Begin again, and finish in the same browser."
    ),
    "invalid_state": (
        "This installation was already finished, or it was begun more than ten minutes ago."
    ),
    "missing_code": "Slack's answer was incomplete.",
    "invalid_code": (
        "Slack did not accept the installation: its code was used already, or has expired, or the "
        "app's settings do not agree with Slack's. If this goes on, tell who runs this bot."
    ),
    "slack_away": "Slack did not answer. Try again in a minute.",
    "storage_error": (
        "The installation could not be stored. Try again in a minute; if this goes on, tell who "
        "runs this bot."
    ),
}
UNKNOWN = "Slack refused the installation."
NOTHING = "Nothing was stored."
AGAIN = '<p><a href="install">Begin again</a></p>'
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 1.1rem/1.5 system-ui, sans-serif }}
body {{ max-width: 34rem; margin: 15vh auto; padding: 0 1rem }}
h1 {{ font-size: 1.6rem }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def begin_page(address: str) -> str:
    """Return what is seen where a browser does not follow to Slack by itself."""
    link = f'<p><a href="{escape(address)}">Go on to Slack</a></p>'
    return _PAGE.format(title="Install Anon in Slack", body=link)


def success_page(team: str) -> str:
    """Return the page that ends an installation well."""
    where = f"in {escape(team)}" if team else "in your organisation"
    body = (
        f"<p>Anon is now installed {where}. You may close this page.</p>\n"
        "<p>In Slack, type <code>/invite @Anon</code> in the channel where it is to help, "
        "or send it a direct message.</p>"
    )
    return _PAGE.format(title="Installed", body=body)


def failure_page(reason: str) -> str:
    """Return the page that says why there is no installation; nothing of the request is shown."""
    text = REASONS.get(reason, UNKNOWN)
    nothing = "" if reason == CANCELLED else f" {NOTHING}"
    return _PAGE.format(title="Not installed", body=f"<p>{escape(text)}{nothing}</p>\n{AGAIN}")
