"""Files say nothing about where they were written: no package registry, no path of somebody's machine."""

import re

REGISTRIES = re.compile(
    r"\b(?:[\w-]+\.)*(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|unpkg\.com|jsdelivr\.net|docker\.(?:io|com)|"
    r"ghcr\.io|quay\.io|gcr\.io|crates\.io|rubygems\.org|golang\.org|deb\.debian\.org)\b"
)
PATHS = re.compile(r"(?<![\w.~}*-])/(?:work|root|home|Users|tmp|opt)/[\w.-]+|\b[A-Z]:\\\\?[A-Za-z]")


def places(text: str) -> list[str]:
    """Each registry's host and each path of a machine that a text names: `line 3: …`."""
    return [
        f"line {line}: {match.group()}"
        for line, content in enumerate(text.splitlines(), 1)
        for pattern in (REGISTRIES, PATHS)
        for match in pattern.finditer(content)
    ]
