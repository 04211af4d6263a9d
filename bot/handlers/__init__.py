"""Callbacks: an update becomes an event of the dialogue, the dialogue answers with an action."""
