"""The one command: `./stafett --help` says what it can do. Each subcommand imports what it needs when it is chosen."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
PORT_HELP = "default: %(default)s"
PARTS = ("faults", "system", "browser", "integration", "property", "architecture", "unit", "all")
"""What takes minutes first: the unit tests fill up what is left at the end."""
SERVICES = ("organisation", "authority", "execution", "journal", "deviation", "notify")
"""As in contracts/topology.py, which takes longer to import than to say the names; a test compares them."""
OF_TESTS = """\
what follows the part goes to pytest: -k WORDS, -x, -v, -n0 (one process).

faults: a quarter of an hour, on servers of its own. Six services and their servers are killed, cut off and put
wrong while assignments are played, and a checker judges what came of it. Each kind of fault has a test of its own;
in the mixed one the courses, the faults and their moments are chosen at random: 2,060 courses, 50 faults.
  --seed N   choose the same again: each run prints its seed
  --cut      two minutes of it: 120 mixed courses and two of the broken builds. `./stafett test` has this cut

system, integration, browser: on servers of their own; several minutes. unit, property, architecture: seconds.
"""
BENCHED = ("hand-off", "main-job", "footprint", "growth")
SERVED = (*SERVICES, "front", "demo-issuer")


def main(arguments: Sequence[str]) -> int:
    """Do what is asked; gives the exit code."""
    os.environ.setdefault("STAFETT_STATE", str(ROOT / ".stafett"))
    chosen, rest = parser(arguments).parse_known_args(arguments)
    if rest and chosen.command != "test":
        parser(arguments).error(f"unrecognized arguments: {' '.join(rest)}")
    chosen.rest = rest
    try:
        return chosen.run(chosen) or 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        said = sentence(error)
        if said is None:
            raise
        print(f"stafett: {said}", file=sys.stderr)
        return 1


def sentence(error: Exception) -> str | None:
    """What to say of a failure that is not the program's own fault; None of any other."""
    from chassis.issuer import IssuerMissing
    from chassis.keys import KeysMissing
    from chassis.settings import SecretMissing
    from cli.broker_rights import BrokerRefuses
    from cli.servers import NoServer
    from cli.state import CannotStart
    from cli.unreachable import Unreachable

    if isinstance(
        error, NoServer | KeysMissing | SecretMissing | IssuerMissing | CannotStart | BrokerRefuses | Unreachable
    ):
        return str(error)
    if isinstance(error, PermissionError) and error.filename:
        state = Path(os.environ["STAFETT_STATE"])
        if Path(error.filename).is_relative_to(state):
            return f"{error.filename} may not be opened by you: run as the user who owns {state}"
    return None


def parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """All subcommands; those of `ops` only when it is ops that was chosen."""
    whole = argparse.ArgumentParser(prog="./stafett", description="Stafett carries assignments between services.")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="start everything and play one assignment through all services")
    demo.add_argument("--once", action="store_true", help="stop afterwards; exit code 1 if a step failed")
    demo.add_argument("--port", type=int, default=0, help="default: a free one")
    demo.set_defaults(run=_demo)

    up = commands.add_parser("up", help="start everything on one port and stay up; data stays for the next time")
    up.add_argument("--port", type=int, default=8080, help=PORT_HELP)
    up.set_defaults(run=_up)

    serve = commands.add_parser("serve", help="one part, set by STAFETT_… variables, as a container runs it")
    serve.add_argument("part", choices=SERVED, metavar="PART", help=", ".join(SERVED))
    serve.add_argument("--host", default="127.0.0.1", help="default: %(default)s; a container passes 0.0.0.0")
    serve.add_argument("--port", type=int, default=8080, help=PORT_HELP)
    serve.set_defaults(run=_serve)

    _add_for_developers(commands)

    ops = commands.add_parser("ops", help="for operators: prepare, load the organisation, look after messages")
    if arguments[:1] == ["ops"]:
        from cli.ops import add_commands

        add_commands(ops, *arguments[1:2])

    return whole


def _add_for_developers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    test = commands.add_parser(
        "test",
        help="run the tests, all or a part; what follows goes to pytest, such as --seed N for faults",
        epilog=OF_TESTS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    test.add_argument("part", nargs="?", choices=PARTS, default="all")
    test.set_defaults(run=_test)

    check = commands.add_parser("check", help="what must hold before a commit: format, lint, types, rules, fast tests")
    check.add_argument("--fix", action="store_true", help="put right what can be, and regenerate the documents")
    check.set_defaults(run=_check)

    bench = commands.add_parser("bench", help="measure: hand-offs beside a floor and others, the main job, growth …")
    bench.add_argument("part", nargs="?", choices=("all", *BENCHED), default="all")
    bench.add_argument("--rounds", type=_rounds, default=3, help="how often each is measured; default: %(default)s")
    bench.add_argument("--quick", action="store_true", help="few messages, no million rows: to see that it works")
    bench.add_argument("--markdown", action="store_true", help="the tables as docs/performance.md has them")
    bench.set_defaults(run=_bench)

    migration = commands.add_parser("migration", help="write the migration that brings a service up to its tables.py")
    migration.add_argument("service", choices=SERVICES)
    migration.add_argument("message", help="what changes, in a few words: the migration is named after it")
    migration.set_defaults(run=_migration)


def _rounds(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of rounds: write 1 or more")
    return int(text)


def _demo(chosen: argparse.Namespace) -> int:
    from cli.demo import demo

    return demo(once=chosen.once, port=chosen.port)


def _up(chosen: argparse.Namespace) -> None:
    from cli.up import up

    state = Path(os.environ["STAFETT_STATE"])
    up(state, state, chosen.port)


def _serve(chosen: argparse.Namespace) -> None:
    from cli.serve import serve

    serve(chosen.part, chosen.host, chosen.port)


def _test(chosen: argparse.Namespace) -> int:
    from cli.check import FAULTS, PYTEST, QUICK

    os.chdir(ROOT)
    parts = [part for part in PARTS if part != "all" and chosen.part in (part, "all")]
    # Each process has servers of its own; a file's tests stay together, since they share what they have started.
    # One that dies takes its servers with it, and its tests are not run as if nothing had been: the run ends.
    cores = min(os.cpu_count() or 1, 4)
    side_by_side = ("--dist=loadscope", "--no-loadscope-reorder", "--max-worker-restart=0", f"-n{cores}")
    # Fault tests mostly wait, some for minutes: one process more, and who is done takes over from who is not.
    stealing = ("--dist=worksteal", "--max-worker-restart=0", f"-n{cores + 1}")
    how = {"unit": QUICK, "property": (), "architecture": (), "faults": (*FAULTS, *stealing)}
    of_all = (*FAULTS, "--cut", *side_by_side)
    chosen_how = of_all if chosen.part == "all" else how.get(chosen.part, side_by_side)
    command = [*PYTEST, *(f"tests/{part}" for part in parts), *chosen_how, *chosen.rest]
    print(" ".join(command), flush=True)
    os.execv(sys.executable, command)  # noqa: S606


def _check(chosen: argparse.Namespace) -> int:
    from cli.check import check

    return check(fix=chosen.fix)


def _bench(chosen: argparse.Namespace) -> int:
    from bench.run import bench

    return bench(chosen.part, chosen.rounds, quick=chosen.quick, markdown=chosen.markdown)


def _migration(chosen: argparse.Namespace) -> None:
    from cli.migration import write_migration

    written = write_migration(chosen.service, chosen.message)
    print(written.relative_to(ROOT) if written else "The newest migration already gives exactly tables.py.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
