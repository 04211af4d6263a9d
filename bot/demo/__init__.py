"""Try the bot with no token: a Bot API server of our own and a chat page."""
