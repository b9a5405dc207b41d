"""One service, exactly as `stafett serve` runs it, with the kit's points and modes put in first."""

import os
import sys
from pathlib import Path

import time_machine

from chassis.clock import SWEDEN
from cli.serve import serve
from tests.faults.kit import broken, modes, points, recorder
from tests.faults.kit.control import Control

FOLDER, BROKEN, CLOCK = "STAFETT_FAULTS_FOLDER", "STAFETT_FAULTS_BROKEN", "STAFETT_FAULTS_CLOCK"


def main(service: str, port: int) -> None:
    """Set by the environment: the folder of its Control, which way it is broken, how many seconds its clock is off."""
    control = Control(Path(os.environ[FOLDER]))
    recorder.record_effects()
    modes.put_in(control)
    points.put_in(control)
    if how := os.environ.get(BROKEN):
        broken.BUILDS[how]()
    off = float(os.environ.get(CLOCK, "0"))
    if off:
        import datetime

        moved = datetime.datetime.now(SWEDEN) + datetime.timedelta(seconds=off)
        time_machine.travel(moved, tick=True).start()
    serve(service, "127.0.0.1", port)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
