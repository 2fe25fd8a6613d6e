"""Logging: one line an event, with request id, organisation and user in each."""

import sys
from typing import Any

import structlog

from Orchestrators.Running import with_running_step

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    with_running_step,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure_logging(*, debug: bool) -> dict[str, Any]:
    """Set up structlog; returns Django's LOGGING.

    Lines are JSON, unless a person reads them on a terminal. `debug` lowers the level from INFO to DEBUG.
    """
    renderer: Any = structlog.processors.JSONRenderer()
    # Local variables stay out of the log: they hold passwords and other people's documents.
    tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    last: list[Any] = [structlog.processors.ExceptionRenderer(tracebacks), renderer]
    if sys.stderr.isatty():
        last = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [*_SHARED, structlog.stdlib.ExtraAdder()],
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"structured": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django": {"level": "INFO"},
            # Its warnings are the 4xx, which the client got told; the access log is the web server's.
            "django.request": {"level": "ERROR"},
            "django.db.backends": {"level": "INFO"},
            "Orchestrators": {"level": "DEBUG" if debug else "INFO"},
        },
    }
