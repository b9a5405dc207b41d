"""Asks this container's service how it is; the exit code says whether it is well. Stdlib only: it runs often."""

import os
import sys
from http.client import HTTPConnection, HTTPException


def healthy(service: str, port: int = 8080) -> bool:
    """True when the service answers that it works, with all its connections."""
    connection = HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", f"/{service}/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if healthy(os.environ["STAFETT_SERVICE"]) else 1)
