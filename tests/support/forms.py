"""Forms as a browser sees them: what is in the fields of a page."""

import html
import re
from typing import Any

import httpx

from tests.support.authority import decide, register


def content(page: str) -> str:
    """The page's own content, without the head and foot that every page has."""
    return page.partition("<main")[2].partition("</main>")[0]


def written(page: str) -> dict[str, str]:
    """Name -> value of the text fields of a page, long and short."""
    lines = re.findall(r'<input type="text"[^>]* name="([^"]+)" value="([^"]*)"', page)
    areas = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', page)
    return {name: html.unescape(value) for name, value in (*lines, *areas)}


def chosen(page: str) -> dict[str, str]:
    """Name -> value of what is ticked and chosen."""
    ticked = re.findall(r'name="([^"]+)" value="([^"]*)" checked', page)
    lists = re.findall(r'<select[^>]* name="([^"]+)"(.*?)</select>', page, re.DOTALL)
    picked = [(name, value) for name, held in lists for value in re.findall(r'value="([^"]+)" selected', held)]
    return dict([*ticked, *picked])


def faults(page: str) -> dict[str, str]:
    """Field -> what the summary on top says is wrong with it, when the same stands beside the field."""
    start = page.find('<section class="problem" role="alert"')
    summary = page[start : page.find("</section>", start)] if start >= 0 else ""
    return {
        name: sentence
        for name, sentence in re.findall(r'<a href="#([^"]+)">([^<]+)</a>', summary)
        if f'<p class="error" id="{name}-error">{sentence}</p>' in page
    }


def box(page: str, text: str) -> dict[str, str]:
    """What ticking the box with this text sends."""
    found = re.search(rf'<input type="checkbox"[^>]* name="([^"]+)" value="([^"]*)"[^>]*> <span>{text}', page)
    assert found, f"no box {text}"
    return {found.group(1): found.group(2)}


def option(page: str, text: str) -> str:
    """The value of the choice with this text."""
    found = re.search(rf'<option value="([^"]+)"[^>]*>{re.escape(text)}', page)
    assert found, f"no choice {text}"
    return found.group(1)


async def decided(client: httpx.AsyncClient, **fields: Any) -> str:
    """The id of a decision for a new person; fields are the person's."""
    return str(await decide(client, await register(client, **fields)))
