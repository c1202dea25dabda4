"""``torogoz doctor``: checks what a deployment needs, and says how to mend each."""

import asyncio
import io
import sys
import time
import wave
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Literal
from urllib.parse import urlsplit

import httpx
import psycopg
import typer
from rich.console import Console
from rich.markup import escape
from telegram.error import TelegramError

from actions.store import migrate
from actions.store.database import libpq_address
from api.assembly import telegram_of, transcriber_of
from api.processes import model, services
from api.processes.rasa import RasaServer
from api.settings import Settings
from bot.transcription import NotHeard

State = Literal["bien", "aviso", "falla"]
MARKS: Final = {"bien": "[green]✓[/green]", "aviso": "[yellow]![/yellow]", "falla": "[red]✗[/red]"}
CLOCK_SECONDS: Final = 60
TRANSCRIPTION_SECONDS: Final = 15

# Lines are broken for a terminal only, so that what is to be copied from a file stays whole.
console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and what to do about it."""

    name: str
    state: State
    found: str
    mend: str = ""


def doctor() -> None:
    """Revisa base de datos, Rasa, credenciales, webhooks, voz y reloj; dice cómo arreglar todo."""
    settings = Settings()
    checks: list[Callable[[Settings], Finding]] = [
        _database,
        _rasa,
        _web,
        _whatsapp,
        _telegram,
        _voice_notes,
        _public_address,
        _clock,
    ]
    failed = False
    for check in checks:
        finding = check(settings)
        failed = failed or finding.state == "falla"
        found = escape(finding.found)
        console.print(f"{MARKS[finding.state]} [bold]{finding.name}[/bold]: {found}")
        if finding.mend:
            console.print(f"    → {escape(finding.mend)}")
    raise typer.Exit(1 if failed else 0)


def _database(settings: Settings) -> Finding:
    name = "Base de datos"
    own = settings.database_url is None
    url = (
        services.embedded(settings).url()
        if settings.database_url is None
        else settings.database_url
    )
    try:
        began = time.monotonic()
        with psycopg.connect(libpq_address(url), connect_timeout=5) as connection:
            row = connection.execute("SHOW server_version").fetchone()
    except psycopg.Error as error:
        if own:
            mend = "Arranque con 'make run'; si no levanta, lea var/postgres/postgres.log."
            return Finding(name, "aviso", "la incluida no está corriendo", mend)
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        return Finding(
            name,
            "falla",
            reason,
            "Revise TOROGOZ_DATABASE_URL y que el servidor acepte conexiones.",
        )
    version = row[0] if row else "?"
    if migrate.missing(url):
        return Finding(name, "falla", f"PostgreSQL {version}, esquema viejo", "torogoz migrate")
    milliseconds = (time.monotonic() - began) * 1000
    return Finding(name, "bien", f"PostgreSQL {version}, {milliseconds:.0f} ms")


def _rasa(settings: Settings) -> Finding:
    name = "Rasa"
    path = model.model_path(settings.var)
    if settings.nlu_url is None:
        if not (model.ENVIRONMENT / "bin" / "rasa").exists():
            return Finding(name, "falla", "su entorno no está instalado", "make setup")
        if not path.exists():
            return Finding(name, "aviso", "el modelo no está entrenado", "torogoz nlu train")
        server = RasaServer(settings.var / "nlu", path)
        if server.pid() is None:
            return Finding(name, "aviso", "no está corriendo", "Arranque con 'make run'.")
        url = server.url
    else:
        url = settings.nlu_url
    try:
        answer = httpx.post(f"{url}/model/parse", json={"text": "hola"}, timeout=10)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        mend = "Sin Rasa se responde peor pero se responde. Vea var/nlu/rasa.log o TOROGOZ_NLU_URL."
        return Finding(name, "falla", f"no contesta en {url} ({type(error).__name__})", mend)
    return Finding(name, "bien", f"{url}, {answer.elapsed.total_seconds() * 1000:.0f} ms")


def _web(settings: Settings) -> Finding:
    name = "Web y trabajador"
    url = f"{settings.local_url}/healthz"
    try:
        answer = httpx.get(url, timeout=5)
    except httpx.HTTPError:
        return Finding(name, "aviso", f"nada contesta en {url}", "make run, o torogoz web y worker")
    if answer.is_success:
        return Finding(name, "bien", url)
    return Finding(name, "falla", f"{url}: {answer.text}", "Vea los mensajes de 'torogoz run'.")


def _whatsapp(settings: Settings) -> Finding:
    name = "WhatsApp"
    missing = settings.missing_for_whatsapp()
    token = settings.twilio_auth_token
    if missing or token is None:
        mend = "Ponga esas variables en .env; están en la consola de Twilio."
        return Finding(name, "aviso", f"apagado, falta {', '.join(missing)}", mend)
    base = settings.twilio_api_url or "https://api.twilio.com"
    url = f"{base}/2010-04-01/Accounts/{settings.twilio_account_sid}/Messages.json?PageSize=1"
    try:
        answer = httpx.get(
            url, auth=(settings.twilio_account_sid or "", token.get_secret_value()), timeout=10
        )
    except httpx.HTTPError as error:
        return Finding(
            name, "falla", f"Twilio no contesta ({type(error).__name__})", "Revise la red."
        )
    if answer.status_code == 401:
        mend = "Copie de nuevo TOROGOZ_TWILIO_ACCOUNT_SID y TOROGOZ_TWILIO_AUTH_TOKEN."
        return Finding(name, "falla", "Twilio rechaza las credenciales", mend)
    if not answer.is_success:
        return Finding(
            name, "falla", f"Twilio contesta {answer.status_code}", "Vea status.twilio.com."
        )
    found = f"credenciales buenas; webhook {settings.public_address}/webhooks/whatsapp"
    if not settings.is_public and settings.twilio_api_url is None:
        mend = "Ponga TOROGOZ_PUBLIC_URL con una dirección https que Twilio alcance."
        return Finding(name, "aviso", found, mend)
    return Finding(name, "bien", found)


def _telegram(settings: Settings) -> Finding:
    name = "Telegram"
    if settings.telegram_token is None:
        return Finding(
            name, "aviso", "apagado, falta TOROGOZ_TELEGRAM_TOKEN", "Pídalo a @BotFather."
        )
    telegram = telegram_of(settings)
    assert telegram is not None

    async def ask() -> tuple[str, str]:
        try:
            me = await telegram.bot.get_me()
            return me.username or me.first_name, (await telegram.bot.get_webhook_info()).url
        finally:
            await telegram.close()

    try:
        username, webhook = asyncio.run(ask())
    except TelegramError as error:
        return Finding(name, "falla", f"{error}", "Revise TOROGOZ_TELEGRAM_TOKEN y la red.")
    wanted = f"{settings.public_url}/webhooks/telegram" if settings.telegram_by_webhook else ""
    if webhook == wanted:
        return Finding(name, "bien", f"@{username}, {'webhook' if wanted else 'por consulta'}")
    if wanted:
        found = f"@{username}, su webhook es {webhook or 'ninguno'}"
        return Finding(name, "falla", found, "torogoz channels set-webhook")
    mend = "Con un webhook puesto no se puede consultar: póngale secreto y dirección, o quítelo."
    return Finding(name, "falla", f"@{username} tiene el webhook {webhook}", mend)


def _voice_notes(settings: Settings) -> Finding:
    name = "Notas de voz"
    transcriber = transcriber_of(settings)
    if transcriber is None:
        return Finding(name, "bien", "se pide escribir; se oyen con TOROGOZ_TRANSCRIPTION_URL")
    # Without a name and a password that may stand in it.
    where = urlsplit(settings.transcription_url or "").netloc.rpartition("@")[2]
    began = time.monotonic()
    try:
        asyncio.run(transcriber.transcribe(_silence(), TRANSCRIPTION_SECONDS))
    except NotHeard as error:
        if error.status in (401, 403):
            mend = "Revise TOROGOZ_TRANSCRIPTION_KEY."
            return Finding(name, "falla", f"{where} rechaza la clave", mend)
        mend = (
            "Mientras tanto se pide escribir. Revise TOROGOZ_TRANSCRIPTION_URL (suele terminar en "
            "/v1) y TOROGOZ_TRANSCRIPTION_MODEL."
        )
        if error.status is not None:
            return Finding(name, "falla", f"{where} contesta {error.status}", mend)
        return Finding(name, "falla", f"{where} no contesta bien ({error.reason})", mend)
    return Finding(name, "bien", f"{where}, {(time.monotonic() - began) * 1000:.0f} ms")


def _silence() -> bytes:
    """A second of it: the least that shows that address, key and model serve."""
    content = io.BytesIO()
    with wave.open(content, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(bytes(32_000))
    return content.getvalue()


def _public_address(settings: Settings) -> Finding:
    name = "Dirección pública"
    address = settings.public_address
    if not settings.is_public:
        return Finding(name, "bien", f"{address} (solo esta máquina)")
    if not address.startswith("https://"):
        mend = "Twilio y Telegram piden https: ponga un proxy con certificado delante."
        return Finding(name, "falla", address, mend)
    try:
        answer = httpx.get(f"{address}/healthz", timeout=10)
    except httpx.HTTPError as error:
        mend = "Revise DNS, proxy y certificado."
        return Finding(name, "falla", f"{address} no se alcanza ({type(error).__name__})", mend)
    if answer.status_code not in (200, 503):
        return Finding(
            name, "falla", f"{address} contesta {answer.status_code}", "Revise el proxy."
        )
    return Finding(name, "bien", address)


def _clock(settings: Settings) -> Finding:
    """Compared with a provider's: a clock that is off breaks the 24-hour window and reminders."""
    name = "Reloj"
    base = settings.telegram_api_url or settings.twilio_api_url or "https://api.telegram.org"
    try:
        told = httpx.get(base, timeout=5).headers.get("date")
        off = (datetime.now(UTC) - parsedate_to_datetime(told)).total_seconds() if told else None
    except (httpx.HTTPError, ValueError, TypeError):
        off = None
    if off is None:
        return Finding(name, "aviso", "no hay con qué compararlo", "Active NTP en la máquina.")
    if abs(off) > CLOCK_SECONDS:
        return Finding(name, "falla", f"va {off:+.0f} s", "Active NTP: timedatectl set-ntp true")
    return Finding(name, "bien", f"va {off:+.0f} s")
