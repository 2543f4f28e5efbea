"""Everything that listeners call, made of the services once at the start."""

from typing import Any

from bot.asking import Asking
from bot.checking import Channels, Checking
from bot.desk import Desk
from bot.durable import WORK
from bot.errors import ConfigError
from bot.feedback import Feedback
from bot.gathering import Gathering
from bot.hearing import Hearing
from bot.message_checks import MessageChecks
from bot.minting import open_minter
from bot.mints import Mints
from bot.planning import Planner
from bot.private_checks import PrivateChecks
from bot.proposal_desk import ProposalDesk
from bot.rechecking import Rechecking
from bot.rules import Rules, defaults_of
from bot.run_store import Limits
from bot.saying import Saying
from bot.sealed import Sealed
from bot.services import Services
from bot.shadow_desk import ShadowDesk
from bot.staff import Staff
from bot.ticket_desk import TicketDesk
from bot.workflows import Workflows
from handlers.channels import SlackChannels
from handlers.failures import Told
from handlers.files import SlackFiles
from handlers.messenger import SlackMessenger
from handlers.teams import OneTeam, Teams

NO_BOT_ACCESS = "SLACK_BOT_TOKEN is not set: copy it from the app's “OAuth & Permissions” page"


def open_operations(services: Services, teams: Teams) -> dict[str, Any]:
    """Return what listeners call, by the names that they ask for."""
    settings = services.settings
    messenger = SlackMessenger(teams)
    mints = Mints(open_minter(settings, services.store.audit, services.clock), messenger)
    workflows = Workflows(
        store=services.store,
        answerer=services.answerer,
        messenger=messenger,
        works=WORK,
        staff=Staff(
            settings.staff_users,
            settings.staff_channel,
            messenger.members,
            teams.home,
            services.clock,
        ),
        staff_channel=settings.staff_channel,
        clock=services.clock,
        rules=Rules(
            services.store.settings,
            defaults_of(settings, services.answerer.reply_from),
            settings.support_channels,
        ),
        minters=mints.offered_to,
    )
    asking = Asking(workflows, services.matching, mints)
    feedback = Feedback(workflows)
    channels = SlackChannels(teams, services.clock)
    checks = MessageChecks(open_checking(services, workflows, channels), workflows)
    rechecking = Rechecking(checks)
    gathering = Gathering(workflows, asking)
    tickets = TicketDesk(workflows, gathering)
    proposals = ProposalDesk(workflows, asking, services.refresh)
    planner = Planner(workflows, asking, checks, services.clock)
    shadows = ShadowDesk(workflows)
    saying = Saying(workflows, rechecking, proposals, shadows)
    desk = Desk(
        planner,
        workflows,
        asking,
        feedback,
        saying,
        checks,
        tickets,
        proposals,
        shadows,
        services.clock,
    )
    return {
        "desk": desk,
        "messenger": messenger,
        "mints": mints,
        "told": Told(),
        "files": SlackFiles(teams, settings.slack_api_url),
        "workflows": workflows,
        "asking": asking,
        "rechecking": rechecking,
        "private_checks": PrivateChecks(rechecking, checks.checking, asking),
        "feedback": feedback,
        "gathering": gathering,
        "configuring": asking.configuring,
        "tickets": tickets,
        "proposals": proposals,
        "shadows": shadows,
        "hearing": Hearing(
            workflows,
            asking,
            planner,
            saying,
            services.clock,
            join=settings.join_seconds,
            hold=settings.hold_seconds,
        ),
    }


def open_checking(services: Services, workflows: Workflows, channels: Channels) -> Checking:
    """Return what runs checks."""
    return Checking(
        instruments=services.instruments,
        runs=services.store.runs,
        sealed=Sealed(services.clock),
        staff=workflows.staff,
        channels=channels,
        open_channels=services.settings.check_channels,
        threads=services.matching,
        clock=services.clock,
        limits=Limits(),
    )


def open_teams(services: Services) -> Teams:
    """Return where the bot is; raise ConfigError without a token."""
    settings = services.settings
    if settings.slack_client_id:
        # Imported here: what encrypts loads only where it is used.
        from handlers.installed_teams import open_installed  # noqa: PLC0415

        return open_installed(settings, services.store, services.clock)
    token = settings.slack_bot_token
    if token is None:
        raise ConfigError(NO_BOT_ACCESS)
    return OneTeam(token.get_secret_value(), settings.slack_api_url)
