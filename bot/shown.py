"""A reply as people see it on a channel, for a page of ours to show; nothing is sent."""

from dataclasses import dataclass

from actions.messages.content import Content
from bot.channels import telegram, text, whatsapp
from bot.channels.protocol import Reply
from bot.channels.whatsapp import WhatsApp


@dataclass(frozen=True, slots=True)
class Shown:
    """One message.

    ``text`` is marked as the channel wants it: ``*bold*`` for WhatsApp, escaped HTML with ``<b>``
    for Telegram. ``buttons`` are the titles of real buttons; a numbered menu stands in the text,
    and ``is_numbered`` tells so. ``files`` are names. ``length`` counts as the provider does, of
    at most ``limit``.
    """

    text: str
    buttons: tuple[str, ...]
    is_numbered: bool
    files: tuple[str, ...]
    length: int
    limit: int


def on_whatsapp(reply: Reply, channel: WhatsApp | None = None) -> tuple[Shown, ...]:
    """The messages of a reply on WhatsApp. ``channel`` knows which templates give real buttons;
    without it every choice is a numbered menu."""
    contents = whatsapp.rendered(reply) if channel is None else channel.render(reply)
    return tuple(_of_whatsapp(one) for one in contents)


def _of_whatsapp(content: Content) -> Shown:
    has_buttons = content.template is not None and bool(content.buttons)
    limit = whatsapp.QUICK_REPLY_BODY_LIMIT if has_buttons else whatsapp.TEXT_LIMIT
    body = whatsapp.body_of(content.text, limit)
    return Shown(
        text=body,
        buttons=_titles(content) if has_buttons else (),
        is_numbered=bool(content.buttons) and not has_buttons,
        files=tuple(file.name for file in content.files),
        length=text.length(body),
        limit=limit,
    )


def on_telegram(reply: Reply) -> tuple[Shown, ...]:
    """The messages of a reply on Telegram."""
    return tuple(
        Shown(
            text=text.telegram(one.text),
            buttons=_titles(one),
            is_numbered=False,
            files=tuple(file.name for file in one.files),
            # Telegram counts what is left once the marks are read.
            length=text.length(text.plain(one.text)),
            limit=telegram.TEXT_LIMIT,
        )
        for one in telegram.rendered(reply)
    )


def _titles(content: Content) -> tuple[str, ...]:
    return tuple(button.title for button in content.buttons)
