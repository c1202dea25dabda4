"""Telegram without a public address: the worker asks for updates, one worker at a time."""

from tests.system import with_channels


async def test_messages_are_fetched_and_answered_once_with_two_workers(
    database_url: str, rasa_url: str
) -> None:
    async with with_channels(database_url, rasa_url, webhook=False) as channels:
        channels.system.start("second worker")
        for text in ("hola", "¿ocupo permiso ambiental?"):
            answered = len(channels.telegram.messages_to("77"))
            await channels.telegram.inbound(77, text)
            await channels.telegram.wait_for(
                lambda before=answered: len(channels.telegram.messages_to("77")) > before
            )
        texts = [message.text for message in channels.telegram.messages_to("77")]
        assert len(texts) == 2
        assert "Fuente" in texts[1]
        assert channels.telegram.record.failures["getUpdates 409"] == 0
