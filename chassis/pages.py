"""Pages for people: Jinja templates beside the features, on one shared base."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from uuid_utils.compat import uuid7

from chassis.clock import SWEDEN
from chassis.days import MONTHS
from chassis.forms import ONCE

SECURITY = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def day(value: str | date | None) -> str:
    """22 november 2026."""
    if value is None:
        return ""
    at = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"


def moment(value: str | datetime | None) -> str:
    """22 november 2026 kl. 14.30, Swedish time; the time stays on one line."""
    if value is None:
        return ""
    at = (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(SWEDEN)
    return f"{day(at.date())} kl.\N{NO-BREAK SPACE}{at:%H.%M}"


class Pages:
    """The templates of one service, or of what else has pages in a `folder` of its own."""

    def __init__(
        self,
        service: str,
        labels: Mapping[str, str],
        login_path: str = "/login",
        logout_path: str = "/logout",
        folder: Path | None = None,
    ) -> None:
        folders = [
            folder or Path(__file__).parent.parent / "services" / service / "pages",
            Path(__file__).parent / "templates",
        ]
        self._environment = Environment(loader=FileSystemLoader(folders), autoescape=True, undefined=StrictUndefined)
        self._environment.filters |= {"day": day, "moment": moment, "label": lambda code: labels.get(code, code)}
        self._environment.globals |= {"new_key": uuid7, "once": ONCE}
        self._environment.globals |= {"service": service, "login_path": login_path, "logout_path": logout_path}

    def show(self, template: str, view: Any, **said: Any) -> HTMLResponse:
        """A view as a page at a path, for an actor; `problem` and `typed` when a form on it was refused.

        just_done: the sentence about what the reader has just done, shown once.
        """
        around = {"problem": None, "typed": {}, "actor": None, "path": "", "just_done": None, **said}
        return HTMLResponse(self.render(template, view=view, **around), headers=SECURITY)

    def render(self, template: str, **values: Any) -> str:
        """A template as text; everything in it escaped."""
        return self._environment.get_template(template).render(**values)
