"""What operators see: structured logs and figures; never a name, an identity number or a text someone wrote."""

import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from traceback import walk_tb

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from chassis.figures import Figures, by_status

ROOT = Path(__file__).parents[1]


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
        self._service = service
        self._outbox = self._gauge("stafett_outbox_depth", "Unpublished messages")
        self._outbox_oldest = self._gauge("stafett_outbox_oldest_seconds", "Age of the oldest unpublished message")
        self._resends = self._gauge("stafett_resends_waiting", "Messages that are to be sent to a receiver again")
        self._inbox = self._gauge("stafett_inbox_depth", "Messages that have come and are not applied", "status")
        self._inbox_oldest = self._gauge(
            "stafett_inbox_oldest_seconds", "Age of the oldest message that has come and is not applied", "status"
        )
        self._acts = self._gauge("stafett_operator_acts", "What operators have done so far", "act")
        self.hand_off = Histogram(
            "stafett_hand_off_seconds",
            "From the sender's write to this service's commit",
            ["service"],
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600),
        ).labels(**label)

    def show(self, now: Figures) -> None:
        """What lies where, as the database says now."""
        at, own = datetime.now(UTC), {"service": self._service}
        self._outbox.labels(**own).set(now.depth)
        self._outbox_oldest.labels(**own).set(_age(now.oldest, at))
        self._resends.labels(**own).set(now.resends)
        for status in ("waiting", "failed", "parked"):
            depth, oldest = by_status(now.lying, status)
            self._inbox.labels(**own, status=status).set(depth)
            self._inbox_oldest.labels(**own, status=status).set(_age(oldest, at))
        for act, times in now.acts.items():
            self._acts.labels(**own, act=act).set(times)

    def forget(self) -> None:
        """The database can't be asked: what it said before may not hold, so nothing is said."""
        for gauge in (self._outbox, self._outbox_oldest, self._resends, self._inbox, self._inbox_oldest, self._acts):
            gauge.clear()

    def _counter(self, name: str, meaning: str, label: dict[str, str]) -> Counter:
        return Counter(name, meaning, list(label), registry=self.registry).labels(**label)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(name, meaning, ["service", *labels], registry=self.registry)


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def describe(error: BaseException) -> str:
    """What failed and where in our own code; not the error's own text, which may quote what somebody wrote."""
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    name = f"{type(error).__name__} {state}" if state else type(error).__name__
    places = [(Path(frame.f_code.co_filename), line) for frame, line in walk_tb(error.__traceback__)]
    ours = [(_ours(path), line) for path, line in places if _ours(path)]
    features = [(path, line) for path, line in ours if path.startswith("services/")]
    known = features or ours or [(path.name, line) for path, line in places]
    return f"{name} at {known[-1][0]}:{known[-1][1]}" if known else name


def _ours(path: Path) -> str:
    """Where in the project; empty for a library's file, which lies in it too when it is installed there."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) and "site-packages" not in path.parts else ""
