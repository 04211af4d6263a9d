"""What the Bot API promises, asked of our own server over plain HTTP.

Written from Telegram's rules (the official server's source, TDLib's tests, the public docs), not
from what our bot happens to call and not from the server's source: else both could share a mistake.
"""
