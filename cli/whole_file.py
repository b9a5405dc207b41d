"""A file is written whole or not at all."""

import os
from pathlib import Path


def write_whole(file: Path, content: str, mode: int) -> None:
    """Beside the old one first: who reads meanwhile, or after a crash, sees the old one or the new one.

    mode: the new file's; who must not read it can't while it is written either.
    """
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as writing:
        writing.write(content)
        writing.flush()
        os.fsync(writing.fileno())
    part.chmod(mode)
    part.replace(file)
