"""``torogoz channels``: what has to be told to the providers."""

import asyncio
import sys

import aiohttp
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table
from telegram.error import TelegramError
from twilio.base.exceptions import TwilioException

from actions.store import migrate
from actions.store.database import Database
from api.assembly import telegram_of, whatsapp_of
from api.processes import services
from api.settings import Settings
from bot.channels import templates
from bot.channels.telegram import ALLOWED_UPDATES
from bot.channels.whatsapp import WhatsApp

app = typer.Typer(help="WhatsApp y Telegram.", no_args_is_help=True)
templates_app = typer.Typer(help="Plantillas de WhatsApp.", no_args_is_help=True)
app.add_typer(templates_app, name="templates")
# Whoever reads a file or a pipe gets whole cells, whatever the width of the terminal.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)


@app.command("set-webhook")
def set_webhook() -> None:
    """Dice a Telegram dónde mandar los mensajes; para WhatsApp muestra qué poner en Twilio."""
    settings = Settings()
    if settings.missing_for_whatsapp():
        console.print(f"WhatsApp: falta {', '.join(settings.missing_for_whatsapp())}.")
    else:
        console.print(
            "WhatsApp: en la consola de Twilio, en su remitente de WhatsApp, ponga\n"
            f"  A message comes in: {settings.public_address}/webhooks/whatsapp (HTTP POST)",
            # An address broken over two lines cannot be copied.
            soft_wrap=True,
        )
    telegram = telegram_of(settings)
    if telegram is None:
        console.print("Telegram: falta TOROGOZ_TELEGRAM_TOKEN.")
        return
    secret = settings.telegram_secret
    if settings.public_url is None or secret is None:
        console.print(
            "Telegram: sin TOROGOZ_PUBLIC_URL y TOROGOZ_TELEGRAM_SECRET se atiende por consulta; "
            "no hay webhook que poner."
        )
        return
    address = f"{settings.public_url}/webhooks/telegram"
    token = secret.get_secret_value()

    async def tell() -> None:
        try:
            await telegram.bot.set_webhook(
                address, secret_token=token, allowed_updates=ALLOWED_UPDATES, max_connections=40
            )
            await telegram.bot.set_my_commands(
                [("ayuda", "Ver los temas"), ("alto", "No recibir avisos"), ("start", "Empezar")]
            )
        finally:
            await telegram.close()

    try:
        asyncio.run(tell())
    except TelegramError as error:
        console.print(f"Telegram no lo aceptó: {escape(str(error))}")
        raise typer.Exit(1) from None
    console.print(f"Telegram: listo, {address}", soft_wrap=True)


@templates_app.command("sync")
def sync() -> None:
    """Registra en Twilio las plantillas declaradas y trae su aprobación."""
    settings = Settings()
    whatsapp = whatsapp_of(settings)
    if whatsapp is None:
        console.print(f"Falta {', '.join(settings.missing_for_whatsapp())}.")
        raise typer.Exit(1)
    with services.database(settings) as url:
        migrate.upgrade(url)
        try:
            rows = asyncio.run(_sync(whatsapp, url))
        except (TwilioException, aiohttp.ClientError, TimeoutError, OSError) as error:
            # On a terminal Twilio's text is a coloured page; a time-out has no text at all.
            reason = getattr(error, "msg", "") or str(error) or type(error).__name__
            console.print(f"Twilio no respondió como se esperaba: {escape(reason)}")
            raise typer.Exit(1) from None
    # An identifier is copied from here, so it is never cut.
    whole = Column("Identificador", no_wrap=True, min_width=34)
    table = Table("Plantilla", whole, "Aprobación", "Hecho")
    for row in rows:
        table.add_row(*row)
    console.print(table)


async def _sync(whatsapp: WhatsApp, url: str) -> list[tuple[str, str, str, str]]:
    database = Database(url)
    try:
        return [
            (
                one.template.name,
                one.sid,
                one.approval if one.template.category else "no ocupa",
                "registrada" if one.new else "ya estaba",
            )
            async for one in templates.sync(whatsapp.client, database, templates.declared())
        ]
    finally:
        await whatsapp.close()
        await database.close()
