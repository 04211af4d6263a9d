"""The conversation: a Telegram bot that paints. It knows nothing of TensorFlow."""

import os

# python-telegram-bot 22 warns at each RetryAfter until its new, typed durations are asked for.
os.environ.setdefault("PTB_TIMEDELTA", "true")
