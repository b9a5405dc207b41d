"""Where a private server keeps its data, and whom it runs as."""

import os
import pwd
import secrets
import subprocess
import tempfile
from pathlib import Path

from cli.servers.kind import say


def unprivileged() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as when we are root, as which it refuses to run."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def described(user: pwd.struct_passwd | None) -> str:
    """The user a message is about, and why it matters."""
    return f"the system user `{user and user.pw_name}`, which runs PostgreSQL when you are root,"


def reaches(user: pwd.struct_passwd | None, path: Path) -> bool:
    if user is None:
        return True
    test = ["test", "-x", str(path)]
    return subprocess.run(test, user=user.pw_uid, group=user.pw_gid, extra_groups=[], cwd="/").returncode == 0


def folder_for(state: Path | None, word: str, user: pwd.struct_passwd | None) -> Path:
    """Where a private server has its data: a folder that `user` can reach."""
    token = f"{word}-{secrets.token_hex(8)}"
    if state is None:
        base = Path(tempfile.gettempdir())
        return (base if reaches(user, base) else Path("/tmp")) / f"stafett-{token}"  # noqa: S108
    folder = state.absolute() / word
    folder.parent.mkdir(parents=True, exist_ok=True)
    if not (reaches(user, folder.parent) or folder.is_symlink()):  # such as a clone under /root
        elsewhere = Path("/var/lib/stafett")
        elsewhere.mkdir(exist_ok=True)
        elsewhere.chmod(0o711)
        folder.symlink_to(elsewhere / token)
        say(f"{described(user)} cannot enter {state}: the data are in {folder.readlink()}")
    return folder.resolve()
