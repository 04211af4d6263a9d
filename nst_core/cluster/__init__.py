"""Many machines behind the executor's door: Celery's workers over RabbitMQ.

`CeleryExecutor` is the bot's side, `worker` a GPU's. Needs the extra: `stylegram[cluster]`.
"""
