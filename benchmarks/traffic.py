"""What a job is to each part of a cluster: what was measured, and what is assumed.

The measured numbers are of `python -m tests.cluster.load`, on two cores of an AMD EPYC.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

__all__ = ["Inputs", "Load"]

_MIX: Final = (11.2, 22.1, 49.5)
"""Seconds of a draft and a standard at 256 px, and of a standard at 512 px, on two idle cores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Seconds, bytes and messages; all CPU seconds are of one core.

    Attributes:
        paint: that a worker is at a job, in the mean; assumed.
        queue: jobs that may be under way for each worker, and for all together besides; assumed.
        parcel: bytes of a job with a photo as Telegram gives it out.
        painting: bytes of the result, 512 px.
        preview: bytes of a preview, 512 px.
        small: bytes of any other event.
        progress: that a painting worker tells a second; a fast one, for a slow one tells less.
        previews: that it tells a second.
        presence: that any worker tells a second.
        broker_message: CPU of the broker for a message, confirmed, routed, delivered.
        broker_copy: for each more that it is delivered to.
        broker_byte: and for each of its bytes.
        bot_job: CPU of the bot for a job, without what follows.
        bot_edit: for an edit of a progress message, with the picture in it.
        bot_event: for a progress or a preview; the previews are most of it.
        bot_presence: for what a worker tells of itself.
        bot_place: for telling one who waits the place; all are told at three moments of each job.
        edits: seconds between two edits in a private chat, and the answer to one.
        messages: to Telegram for a job, but for the edits: progress, action, photo, deletion.
        telegram: messages a second that Telegram takes of one bot.
    """

    paint: float = 10.0
    queue: tuple[int, int] = (2, 200)
    parcel: int = 544_000
    painting: int = 365_000
    preview: int = 74_500
    small: int = 300
    progress: float = 5.2
    previews: float = 2.2
    presence: float = 0.5
    broker_message: float = 180e-6
    broker_copy: float = 60e-6
    broker_byte: float = 1.1e-9
    bot_job: float = 46e-3
    bot_edit: float = 4.5e-3
    bot_event: float = 0.5e-3
    bot_presence: float = 12e-6
    bot_place: float = 2.5e-6
    edits: float = 2.6
    messages: int = 4
    telegram: float = 30.0

    def limit(self, workers: int) -> int:
        """Jobs that may be under way, STYLEGRAM_QUEUE."""
        each, besides = self.queue
        return each * workers + besides

    def most(self) -> float:
        """Jobs a second that one bot can deliver, if it edits nothing."""
        events = self.paint * (self.progress + self.previews)
        return min(self.telegram / self.messages, 1 / (self.bot_job + events * self.bot_event))

    def painting_seconds(self, chance: Random) -> float:
        """How long a job takes: the mix of qualities, as fast as was assumed."""
        return chance.choice(_MIX) * self.paint * len(_MIX) / sum(_MIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What each part has to do.

    Attributes:
        inputs: of a job.
        workers: how many there are.
        bots: how many share them, and the jobs.
        rate: jobs a second that are taken and delivered.
        painting: workers that paint, at a time.
        waiting: jobs that wait for one.
    """

    inputs: Inputs
    workers: int
    bots: int = 1
    rate: float
    painting: float
    waiting: float

    @property
    def events(self) -> float:
        """Of jobs, a second: begun, done, progress and previews."""
        return 2 * self.rate + self.painting * (self.inputs.progress + self.inputs.previews)

    @property
    def presences(self) -> float:
        """What workers tell of themselves, a second; also when a job begins and ends."""
        return self.workers * self.inputs.presence + 2 * self.rate

    @property
    def messages(self) -> float:
        """That are given to the broker, a second."""
        return self.rate + self.events + self.presences

    @property
    def traffic(self) -> float:
        """Bytes a second into the broker, and as many out of it."""
        told = self.inputs
        pictures = self.rate * (told.parcel + told.painting)
        previews = self.painting * told.previews * told.preview
        return pictures + previews + self.messages * told.small

    @property
    def broker(self) -> float:
        """Cores that the broker computes on; what workers say of themselves goes to every bot."""
        told = self.inputs
        copies = self.presences * (self.bots - 1)
        return (
            self.messages * told.broker_message
            + copies * told.broker_copy
            + self.traffic * told.broker_byte
        )

    @property
    def edits_wanted(self) -> float:
        """Edits a second, if Telegram takes them all; who waits sees how the line moves."""
        spacing = self.inputs.edits
        return self.painting / spacing + self.waiting * min(self.rate, 1 / spacing)

    @property
    def edits(self) -> float:
        """Edits a second that are made: what everything else leaves room for."""
        at_telegram = max(0.0, self.telegram - self.must)
        in_bots = max(0.0, 1 - self.bot_must) * self.bots / self.inputs.bot_edit
        return min(self.edits_wanted, at_telegram, in_bots)

    @property
    def telegram(self) -> float:
        """Messages a second that Telegram takes of all bots together."""
        return self.bots * self.inputs.telegram

    @property
    def must(self) -> float:
        """Messages a second to Telegram that are no edits."""
        return self.rate * self.inputs.messages

    @property
    def bot_must(self) -> float:
        """Share of the one core that each bot computes on, without the edits."""
        told = self.inputs
        theirs = (
            self.rate * told.bot_job
            + self.events * told.bot_event
            + 3 * self.rate * self.waiting / self.bots * told.bot_place
        )
        return theirs / self.bots + self.presences * told.bot_presence

    @property
    def bot(self) -> float:
        """Share of the one core that each bot computes on."""
        return self.bot_must + self.edits * self.inputs.bot_edit / self.bots
