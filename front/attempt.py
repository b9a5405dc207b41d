"""A login that has begun: what this browser remembers of it until the provider sends it back."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from front.refusals import NotBegunHere

COOKIE = re.compile(r"(?:__Host-)?stafett-login-([\w-]{43})", re.ASCII)
"""One cookie for each attempt, so that two tabs may log in at the same time. Over https its name begins with `__Host-`:
another host of the same domain can't set it, and make somebody finish a login that is not theirs."""
ATTEMPT_SECONDS = 600
ATTEMPTS_KEPT = 3
START = "/notify/inbox"
LONGEST_BACK = 1500
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

    @property
    def challenge(self) -> str:
        """What the provider is told of the verifier: its SHA-256 (S256)."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).decode().rstrip("=")

    def kept(self) -> str:
        """The content of its cookie."""
        return base64.urlsafe_b64encode(json.dumps([self.nonce, self.verifier, self.back]).encode()).decode()


def cookie_of(state: str, secure: bool) -> str:
    """The name of the cookie that keeps an attempt; secure: over https."""
    return f"{'__Host-' if secure else ''}stafett-login-{state}"


def begun(cookies: Mapping[str, str], state: str, secure: bool) -> Attempt:
    """The attempt that an answer belongs to. NotBegunHere when this browser has none, or not any more."""
    name = cookie_of(state, secure)
    try:
        kept = json.loads(base64.urlsafe_b64decode(cookies[name] if COOKIE.fullmatch(name) else ""))
        nonce, verifier, back = map(str, kept)
    except (KeyError, TypeError, ValueError) as error:
        raise NotBegunHere from error
    return Attempt(state, nonce, verifier, local(back))


def left_behind(cookies: Mapping[str, str]) -> list[str]:
    """Cookies of attempts that were never finished, but the newest: they would fill the request's head."""
    return [name for name in cookies if COOKIE.fullmatch(name)][:-ATTEMPTS_KEPT]


def local(path: str) -> str:
    """The page to go back to: a path on this host (never an open redirect) that isn't a login itself, else START."""
    first = re.split(r"[/?#]", path[1:], maxsplit=1)[0]
    if len(path) > LONGEST_BACK or not LOCAL.fullmatch(path) or first in ("", "logout"):
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
