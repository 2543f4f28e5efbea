"""The settings of a channel as Block Kit: what is set, and what was changed."""

from slack_sdk.models.blocks import Block

from bot.reply import ConfigAnswer, ConfigChanged, SettingChange, SettingLine
from bot.verbs import Form
from handlers import ids
from handlers.elements import actions, button, context, section
from handlers.mrkdwn import escape

HERE = "*How I behave in <#{channel}>*"
HOW = "Say it after my name, with `default` in place of a value to take it back; or use the form."
NOTHING_CHANGED = "Nothing was changed."
TIMERS = "A ticket goes by what was set when its timer began; later timers go by this."


def config_answer(answer: ConfigAnswer) -> tuple[str, list[Block]]:
    """Return the text and the blocks of what is set."""
    lines = [HERE.format(channel=answer.channel), *map(_line, answer.lines)]
    text = "\n".join(lines)
    value = ids.pack(Form.CONFIG, answer.channel)
    change = actions([button("Change", ids.OPEN_FORM, value)])
    return text, [section(text), context(HOW), change]


def config_changed(said: ConfigChanged) -> tuple[str, list[Block]]:
    """Return the text and the blocks of what was changed."""
    text = "\n".join(map(_change, said.changes)) or NOTHING_CHANGED
    small: list[Block] = [context(TIMERS)] if said.timers else []
    return text, [section(text), *small]


def _line(line: SettingLine) -> str:
    origin = "the default" if line.who is None else f"set by <@{line.who}>" if line.who else "set"
    return f"• {line.label}: {escape(line.value)} ({origin}) · change: `{escape(line.example)}`"


def _change(change: SettingChange) -> str:
    by = f", set by <@{change.by}>" if change.by else ""
    return f"• {change.label}: now {escape(change.after)} (was {escape(change.before)}{by})"
