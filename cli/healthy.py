"""Asks this container's service how it is; the exit code says whether it is well. Stdlib only: it runs often."""

import os
import sys
from http.client import HTTPConnection, HTTPException


def healthy(path: str, port: int = 8080) -> bool:
    """True when it answers 200, which a service does while it works and has all its connections."""
    connection = HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    chosen = sys.argv[1] if sys.argv[1:] else f"/{os.environ['STAFETT_SERVICE']}/health"
    sys.exit(0 if healthy(chosen) else 1)
