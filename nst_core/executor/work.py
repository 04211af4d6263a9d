"""One job from bytes to bytes, in the thread that computes. The same for every executor."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from nst_core import errors, images, imprint
from nst_core.executor.base import (
    Cancelled,
    Event,
    Failed,
    Finished,
    Job,
    Previewed,
    Progressed,
    Started,
)
from nst_core.result import Progress

if TYPE_CHECKING:
    from nst_core.engine import Engine

__all__ = ["Emit", "failed", "paint"]

Emit: TypeAlias = Callable[[Event], None]

_LOG = logging.getLogger(__name__)
_PREVIEW_QUALITY = 85


def paint(engine: Engine, job: Job, run: str, emit: Emit, should_stop: Callable[[], bool]) -> None:
    """Paint one job; whatever happens, exactly one terminal event is the last one emitted."""
    emit(Started(job=job.id, run=run))
    try:
        emit(_finished(engine, job, run, emit, should_stop))
    except errors.Cancelled:
        emit(Cancelled(job=job.id, run=run))
    except errors.StylizeError as error:
        emit(failed(job, run, error))
    except Exception as error:  # noqa: BLE001  one job must never end the others
        _LOG.exception("job %s failed", job.id)
        emit(failed(job, run, error))


def _finished(
    engine: Engine, job: Job, run: str, emit: Emit, should_stop: Callable[[], bool]
) -> Finished:
    def decode(data: bytes, max_side: int) -> images.Picture:
        # Large pictures take seconds, and a cancelled job should not.
        if should_stop():
            raise errors.Cancelled
        return images.decode(data, max_side=max_side)

    settings = job.settings
    result = engine.stylize(
        decode(job.content, settings.size),
        [decode(style, settings.style_side) for style in job.styles],
        settings,
        lambda progress: _forward(job, run, progress, emit),
        should_stop,
        init=decode(job.init, settings.size) if job.init else None,
        mask=decode(job.mask, settings.size) if job.mask else None,
    )
    height, width = result.picture.shape[:2]
    return Finished(
        job=job.id,
        run=run,
        image=imprint.png(result, _sources(job)),
        width=width,
        height=height,
        seconds=result.seconds,
        report=result.report(),
        notes=tuple(note.value for note in result.notes),
        sketched=result.sketched,
    )


def _sources(job: Job) -> imprint.Sources:
    return imprint.Sources(content=job.content, styles=job.styles, init=job.init, mask=job.mask)


def _forward(job: Job, run: str, progress: Progress, emit: Emit) -> None:
    losses = progress.losses
    emit(
        Progressed(
            job=job.id,
            run=run,
            step=progress.step,
            total=progress.total,
            level=progress.level,
            levels=progress.levels,
            share=progress.share,
            seconds=progress.seconds,
            eta=progress.eta,
            losses={
                "total": losses.total,
                "content": losses.content,
                "style": losses.style,
                "tv": losses.tv,
            },
        )
    )
    if progress.picture is not None:
        image = images.encode_jpeg(progress.picture, _PREVIEW_QUALITY)
        emit(Previewed(job=job.id, run=run, step=progress.step, total=progress.total, image=image))


def failed(job: Job, run: str, error: Exception) -> Failed:
    """The event that tells of an error, and of one that nobody foresaw only that it happened."""
    if not isinstance(error, errors.StylizeError):
        message = "Something went wrong while painting."
        return Failed(job=job.id, run=run, error="InternalError", message=message)
    reason = error.reason if isinstance(error, errors.ImageRejected) else ""
    return Failed(
        job=job.id, run=run, error=type(error).__name__, reason=reason, message=str(error)
    )
