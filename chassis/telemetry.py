"""What operators see: structured logs and figures; never a name, an identity number or a text someone wrote."""

import logging
import sys
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


def set_up_logs(level: str = "INFO") -> None:
    """JSON lines on stderr, one per event worth knowing."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


class Meters:
    """The figures of one service."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        label = {"service": service}
        self.published = self._counter("stafett_published", "Messages confirmed by the broker", label)
        self.publish_failed = self._counter("stafett_publish_failed", "Messages the broker did not take", label)
        self.received = self._counter("stafett_received", "Messages delivered by the broker", label)
        self.applied = self._counter("stafett_applied", "Messages applied from the inbox", label)
        self.failed = self._counter("stafett_apply_failed", "Attempts to apply a message that failed", label)
        self.parked = self._counter("stafett_parked", "Messages parked for an operator", label)
        self.outbox_depth = Gauge(
            "stafett_outbox_depth", "Unpublished messages", ["service"], registry=self.registry
        ).labels(**label)
        self.hand_off = Histogram(
            "stafett_hand_off_seconds",
            "From the sender's write to this service's commit",
            ["service"],
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600),
        ).labels(**label)

    def _counter(self, name: str, meaning: str, label: dict[str, str]) -> Counter:
        return Counter(name, meaning, list(label), registry=self.registry).labels(**label)


def describe(error: BaseException) -> str:
    """What failed and where in the code; not the error's own text, which may quote what somebody wrote."""
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    name = f"{type(error).__name__} {state}" if state else type(error).__name__
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    if where is None:
        return name
    code = where.tb_frame.f_code
    return f"{name} at {Path(code.co_filename).name}:{where.tb_lineno}"
