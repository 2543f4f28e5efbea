"""After a whole run through every surface no secret is found anywhere but in memory."""

from tests import token_lab
from tests.checks_lab import assert_nowhere, checks_lab, entries_with_checks, words
from tests.slack_lab import SURE_500


def tokens() -> list[str]:
    """Good, expired, unsigned, broken: each another one."""
    later = {"exp": token_lab.SECONDS + 400_000_000}
    return [
        token_lab.signed(token_lab.claims(sub=f"u-{number}", **later), kid=f"k{number}")
        for number in range(12)
    ]


async def test_no_secret_is_left_in_databases_logs_or_slack(tmp_path, capfd):
    unused = tokens()
    used: list[str] = []

    def token() -> str:
        used.append(unused.pop())
        return used[-1]

    async with entries_with_checks(), checks_lab(tmp_path) as checks:
        checks.customer.serves = "jwks"
        url = checks.url
        ts = await checks.say(f"{SURE_500} {token()} {url}")  # an answer by itself
        (reply,) = checks.lab.replies(ts)
        assert "check token" in words(reply)
        await checks.click(reply, "run_again")
        await checks.submit(token=token())
        await checks.say(f"<@U0ANON> check token {token()}", channel="general")
        await checks.say(f"check token {token()} {url}", channel="dm:ana")
        await checks.say(f"diagnose {token()}", channel="dm:ana")
        await checks.command(f"check token {token()}")
        await checks.command(f"diagnose {token()} {url}")
        checks.lab.interactions.shortcut("ana", "verify_a_token")
        await checks.opened.settled()
        await checks.submit(token=token(), jwks_url=url)
        checks.lab.interactions.shortcut("ana", "diagnose_with_anon", "support", ts)
        await checks.opened.settled()
        await checks.click_view("post_to_thread")
        checks.lab.people.file("support", "ana", "log.txt", f"{SURE_500} {token()}")
        await checks.opened.settled()
        root = await checks.say(f"in a thread {token()}", channel="general", user="bo")
        await checks.say("<@U0ANON> diagnose", channel="general", root=root)
        password = "https://ana:Sup3rS3cretPassw0rd@127.0.0.1/jwks.json"
        assert "url_has_credentials" in await checks.command(f"check jwks {password}")
        await checks.say(f"<@U0ANON> check jwks {password}", channel="general")
        assert len(await checks.runs()) >= 10
        assert_nowhere(checks, tmp_path, "Sup3rS3cretPassw0rd", *used)
    logged = "".join(capfd.readouterr())
    assert '"event": "checked"' in logged
    for secret in ("Sup3rS3cretPassw0rd", *used):
        assert secret.split(".")[-1] not in logged
