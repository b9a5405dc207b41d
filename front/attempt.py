"""A login that has begun: what this browser remembers of it until the provider sends it back."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from front.refusals import NotBegunHere

COOKIE_PREFIX = "stafett-login-"
"""One cookie for each attempt, so that two tabs may log in at the same time."""
HOST_COOKIE_PREFIX = f"__Host-{COOKIE_PREFIX}"
"""Over https: browsers let nobody but this very host set it, so that nobody else can begin a login for its reader."""
STATE = re.compile(r"[\w-]{43}", re.ASCII)
ATTEMPT_SECONDS = 600
ATTEMPTS_KEPT = 2
"""Unfinished ones beside the newest: a `__Host-` cookie is sent with every request."""
START = "/notify/inbox"
LONGEST_BACK = 600
"""Bytes."""
LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
"""A path on this host; browsers read `//` and `/\\` as another host, and leave out tabs and line breaks first."""


@dataclass(frozen=True)
class Attempt:
    """Secrets of one attempt, and where its reader goes afterwards."""

    state: str
    """Proves that the answer belongs to an attempt of this browser."""
    nonce: str
    """Proves that the token was made for this attempt."""
    verifier: str
    """Proves to the provider that who redeems the code is who asked for it (PKCE, RFC 7636)."""
    back: str
    secure: bool
    """People come over https."""

    @property
    def cookie(self) -> str:
        """The name of the cookie that keeps it."""
        return f"{prefix(self.secure)}{self.state}"

    @property
    def challenge(self) -> str:
        """What the provider is told of the verifier: its SHA-256 (S256)."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).decode().rstrip("=")

    def kept(self) -> str:
        """The content of its cookie, without the padding, which would have to be quoted there."""
        content = json.dumps([self.nonce, self.verifier, self.back], ensure_ascii=False)
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def prefix(secure: bool) -> str:
    """How the names of the attempts' cookies begin; no other counts."""
    return HOST_COOKIE_PREFIX if secure else COOKIE_PREFIX


def begun(cookies: Mapping[str, str], state: str, secure: bool) -> Attempt:
    """The attempt that an answer belongs to. NotBegunHere when this browser has none, or not any more."""
    try:
        content = cookies[f"{prefix(secure)}{state}"] if STATE.fullmatch(state) else ""
        kept = json.loads(base64.urlsafe_b64decode(content + "=="))
        nonce, verifier, back = map(str, kept)
    except (KeyError, TypeError, ValueError) as error:
        raise NotBegunHere from error
    return Attempt(state, nonce, verifier, local(back), secure)


def left_behind(cookies: Mapping[str, str], secure: bool) -> list[str]:
    """Cookies of attempts that were never finished, but the newest: they would fill the request's head."""
    own = prefix(secure)
    return [name for name in cookies if name.startswith(own) and STATE.fullmatch(name[len(own) :])][:-ATTEMPTS_KEPT]


def local(path: str) -> str:
    """The page to go back to: a path on this host (never an open redirect) that isn't a login itself, else START."""
    first = re.split(r"[/?#]", path[1:], maxsplit=1)[0]
    if len(path.encode(errors="replace")) > LONGEST_BACK or not LOCAL.fullmatch(path) or first in ("", "logout"):
        return START
    return START if first == "login" and path != "/login/done" else path


def authorization_url(endpoint: str, attempt: Attempt, client_id: str, callback: str, scope: str, acr: str) -> str:
    """Where the browser goes to log in (OpenID Connect Core 3.1.2.1)."""
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": callback,
        "scope": scope,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": attempt.challenge,
        "code_challenge_method": "S256",
        **({"acr_values": acr} if acr else {}),
    }
    return with_query(endpoint, asked)


def end_session_url(endpoint: str, client_id: str, after: str) -> str:
    """Where the browser goes to log out at the provider; without the token, which would put a person into the URL."""
    return with_query(endpoint, {"client_id": client_id, "post_logout_redirect_uri": after})


def with_query(url: str, values: Mapping[str, str]) -> str:
    """An address with more in its query."""
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(values)}"
