"""The demo's and the tests' OpenID Connect provider: a real one in all but that anybody may be anybody."""

from cli.issuer.app import demo_issuer, issuer_app
from cli.issuer.settings import AUDIENCE, DemoIssuerSettings
from cli.issuer.tokens import LEVEL, DemoIssuer

__all__ = ["AUDIENCE", "LEVEL", "DemoIssuer", "DemoIssuerSettings", "demo_issuer", "issuer_app"]
