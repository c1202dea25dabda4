"""Stand-ins for the two providers the assistant talks to, served over real HTTP on loopback.

`TwilioStandIn` (`twilio.py`) answers as Twilio's Messages and Content APIs do for WhatsApp,
`TelegramStandIn` (`telegram.py`) as Telegram's Bot API does, as far as a chat bot uses them. Both
keep what they accepted, send webhooks as the provider would, and can be told to fail. Tests start
them in their own event loop; benchmarks and the demo run `python -m tests.providers.serve`.
"""
