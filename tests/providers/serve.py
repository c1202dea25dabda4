"""Both stand-ins as one process: `python -m tests.providers.serve --help`.

When ready it prints one line of JSON, {"twilio": url, "telegram": url, "control": url}, and serves
until SIGINT or SIGTERM. The control API (`control`) is on all three addresses; the third stays
reachable while a fault keeps the others closed.
"""

import argparse
import asyncio
import contextlib
import json
import signal
from collections.abc import Sequence

import uvloop
from aiohttp import web

from tests.providers.control import ControlPanel
from tests.providers.telegram import BOT_TOKEN, RetrySettings, TelegramStandIn
from tests.providers.twilio import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    SENDER,
    CallbackSettings,
    TwilioStandIn,
)
from tests.providers.twilio_people import WINDOW_SECONDS


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line, read."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.providers.serve",
        description="Stand-ins for Twilio and Telegram on loopback.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1")
    add("--twilio-port", type=int, default=0, help="0: any free port")
    add("--telegram-port", type=int, default=0, help="0: any free port")
    add("--control-port", type=int, default=0, help="0: any free port")
    add("--seed", type=int, default=0, help="of faults and shuffles")
    add(
        "--reach",
        action="append",
        default=[],
        metavar="PUBLIC=LOCAL",
        help="where a public address is really found; may be given again",
    )
    add("--account-sid", default=ACCOUNT_SID)
    add("--auth-token", default=AUTH_TOKEN)
    add("--sender", action="append", help=f"WhatsApp address (default: {SENDER}); repeatable")
    add("--twilio-webhook", help="public address inbound WhatsApp messages are posted to")
    add("--twilio-rate", type=float, default=80.0, help="sends a second; 0: no limit")
    add("--window", type=float, default=WINDOW_SECONDS, help="seconds a window stays open")
    add("--list-lag", type=float, default=0.0, help="seconds before lists show a message")
    add("--approval-delay", type=float, default=1.0, help="seconds; below 0: only when told")
    add(
        "--callbacks",
        default="0,0.02,0.05,-",
        metavar="QUEUED,SENT,DELIVERED,READ",
        help="seconds after a send; -: never",
    )
    add("--telegram-token", default=BOT_TOKEN)
    add("--chat-rate", type=float, default=1.0, help="sends a second in one chat; 0: no limit")
    add("--chat-burst", type=float, default=5.0)
    add("--overall-rate", type=float, default=30.0, help="sends a second; 0: no limit")
    add("--retry-base", type=float, default=1.0, help="seconds, doubled with each failure")
    return parser.parse_args(argv)


def stand_ins(options: argparse.Namespace) -> tuple[TwilioStandIn, TelegramStandIn]:
    """Both, set up as asked, not started."""
    reach = dict(pair.split("=", 1) for pair in options.reach)
    queued, sent, delivered, read = (
        None if part == "-" else float(part) for part in options.callbacks.split(",")
    )
    twilio = TwilioStandIn(
        account_sid=options.account_sid,
        auth_token=options.auth_token,
        senders=options.sender or [SENDER],
        webhook_url=options.twilio_webhook,
        reach=reach,
        callbacks=CallbackSettings(queued, sent, delivered, read),
        sends_per_second=options.twilio_rate,
        window=options.window,
        list_lag=options.list_lag,
        approval_delay=options.approval_delay if options.approval_delay >= 0 else None,
        seed=options.seed,
    )
    telegram = TelegramStandIn(
        token=options.telegram_token,
        chat_rate=options.chat_rate,
        chat_burst=options.chat_burst,
        overall_rate=options.overall_rate,
        retries=RetrySettings(base=options.retry_base),
        reach=reach,
        seed=options.seed,
    )
    return twilio, telegram


async def serve(options: argparse.Namespace) -> None:
    """Serve until a signal asks to end."""
    twilio, telegram = stand_ins(options)
    panel = ControlPanel(twilio, telegram)
    twilio.control = telegram.control = panel.handle
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with contextlib.AsyncExitStack() as stack:
        await twilio.start(options.twilio_port, options.host)
        stack.push_async_callback(twilio.stop)
        await telegram.start(options.telegram_port, options.host)
        stack.push_async_callback(telegram.stop)
        control = await loop.create_server(
            web.Server(panel.handle, access_log=None), options.host, options.control_port
        )
        stack.callback(control.close)
        port = control.sockets[0].getsockname()[1]
        addresses = {
            "twilio": twilio.url,
            "telegram": telegram.url,
            "control": f"http://{options.host}:{port}/_control/",
        }
        print(json.dumps(addresses), flush=True)
        await ended.wait()


if __name__ == "__main__":
    uvloop.run(serve(arguments()))
