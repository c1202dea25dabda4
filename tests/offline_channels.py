"""All three channels on this machine with no account: the product with stand-in providers.

``make run-offline-channels`` starts both stand-ins, then ``torogoz run`` on them, and says where
the page with both phones is.
"""

import json
import os
import signal
import subprocess
import sys

from api.settings import ROOT, Settings
from tests.system import SECRET, provider_settings


def main() -> int:
    """Runs until Ctrl-C; the exit code is that of the product."""
    settings = Settings()
    public = settings.public_address
    providers = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.providers.serve"),
            *("--twilio-webhook", f"{public}/webhooks/whatsapp"),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert providers.stdout is not None
    addresses = json.loads(providers.stdout.readline())
    environment = {
        **os.environ,
        "TOROGOZ_PUBLIC_URL": public,
        **provider_settings(addresses["twilio"], addresses["telegram"]),
        "TOROGOZ_TELEGRAM_SECRET": SECRET,
    }
    command = [sys.executable, "-m", "api.cli"]
    subprocess.run([*command, "channels", "set-webhook"], env=environment, cwd=ROOT, check=True)
    sys.stderr.write(f"\nTeléfonos de prueba: {addresses['control']}\n\n")
    product = subprocess.Popen([*command, "run"], env=environment, cwd=ROOT)
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: product.send_signal(signal.SIGINT))
    try:
        return product.wait()
    finally:
        providers.terminate()
        providers.wait()


if __name__ == "__main__":
    sys.exit(main())
