"""Socket Mode of the double, with Bolt's own handler."""

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.errors import SlackApiError

from bot.playground.manifest import Manifest
from bot.playground.running import running_workspace, socket_mode
from tests.playground_bots import BoltBot


async def test_events_and_commands_over_a_websocket_that_drops(tmp_path):
    bot = BoltBot()
    started = running_workspace(bot.start, data_dir=tmp_path, manifest=Manifest())
    async with started as lab, socket_mode(lab) as side:
        with pytest.raises(SlackApiError, match="not_allowed_token_type"):
            await bot.app.client.api_call("apps.connections.open")

        @bot.app.event("app_mention")
        async def answer(event, say):
            await say(text="here", thread_ts=event["ts"])

        @bot.app.event("message")
        async def heard():
            pass

        @bot.app.command("/anon")
        async def command(ack):
            await ack(text="at once")

        handler = AsyncSocketModeHandler(bot.app, lab.app_token, ping_interval=0.2)
        await handler.connect_async()
        try:
            await side.connected.wait()
            ts = lab.people.say("support", "ana", "@Anon help")
            assert (await lab.reply_to(ts)).text == "here"
            lab.interactions.command("support", "ana", "/anon", "help")
            await lab.until(lambda: lab.private("ana"))
            assert lab.private("ana")[0].text == "at once"
            await side.drop()
            await side.connected.wait()
            again = lab.people.say("support", "ana", "@Anon help")
            assert (await lab.reply_to(again)).text == "here"
            await lab.delivered()
        finally:
            await handler.close_async()
