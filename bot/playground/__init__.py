"""A Slack workspace on loopback in which the unchanged bot runs.

For people: ``serve`` in ``bot.playground.server``. For tests, with no page::

    from bot.playground.real_bot import real_bot
    from bot.playground.running import running_workspace

    async with running_workspace(real_bot, data_dir=tmp_path) as lab:   # retries come fast
        ts = lab.people.say("support", "ana", "Error translating external user id: 404")
        reply = await lab.reply_to(ts)                      # a Message; TimeoutError after 10 s
        lab.interactions.click("support", "ana", reply.ts, "feedback_solved")
        found = await lab.until(lambda: lab.replies(ts))    # first truthy value, at each change
        await lab.delivered()                 # every event so far has been answered or given up
        lab.faults.add("chat.postMessage", status=429, count=1, retry_after=1)
        lab.calls("chat.postMessage")         # arguments of what the bot asked, oldest first
        lab.sender.log                        # deliveries: kind, event_id, retry_num, status
        lab.anon.state.link("user-9", "uber", "active")      # the stand-in for Anon's API
        lab.workspace.said("C0SUPPORT"), lab.private("ana"), lab.workspace.views.modals("U0ANA")
        lab.sender.event(envelope), lab.sender.redeliver(envelope)   # what no person can send

Beside them the playground runs a customer's server (``bot.playground.customer``), whose host and
port its guard takes for public: ``running_workspace(partial(real_bot, guard=guard), …,
customer=customer)``.

``real_bot`` may be any function from ``Settings`` to an async context manager of an ASGI
application. ``lab.settings`` are the bot's settings, ``lab.workspace`` is the state.
"""
