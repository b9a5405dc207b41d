"""`./stafett serve`: one service alone, as in production."""

import uvicorn

from chassis.service import create_app
from chassis.settings import Settings
from chassis.telemetry import set_up_logs
from cli.blueprints import blueprint


def serve(service: str, host: str, port: int) -> None:
    """`./stafett serve <service>`: one service, set by the environment, as a container runs it."""
    set_up_logs()
    app = create_app(blueprint(service), Settings(service=service))
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=10)
