"""Every command of `./stafett ops`, and everything one can type after it, is explained."""

import argparse
from collections.abc import Iterator

import pytest

from cli.ops import ACTS, add_commands
from cli.ops.words import real_reason


def commands(act: str = "") -> Iterator[tuple[str, str | None, argparse.ArgumentParser]]:
    """Each command: its name, its help, and its parser."""
    ops = argparse.ArgumentParser()
    add_commands(ops, act)
    (acts,) = (action for action in ops._actions if isinstance(action, argparse._SubParsersAction))
    said = {action.dest: action.help for action in acts._choices_actions}
    for name, parser in acts.choices.items():
        yield name, said.get(name), parser


def test_every_command_says_what_it_does() -> None:
    found = list(commands())
    assert [name for name, _, _ in found] == list(ACTS)
    assert [name for name, said, _ in found if not said] == []


@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_there_when_it_alone_is_asked_for(act: str) -> None:
    assert {name for name, _, _ in commands(act)} == {name for name in ACTS if ACTS[name] == ACTS[act]}


def test_everything_that_can_be_typed_says_what_it_is_for() -> None:
    lacking = [
        f"{name} {action.dest}" for name, _, parser in commands() for action in parser._actions if not action.help
    ]
    assert lacking == []


def test_every_help_text_can_be_shown() -> None:
    assert all(name in parser.format_help() for name, _, parser in commands())


def test_the_dots_of_an_example_are_no_reason_for_anything() -> None:
    asked = {name: action.type for name, _, parser in commands() for action in parser._actions if action.dest == "why"}
    assert asked == dict.fromkeys(("parked", "dead", "reconcile", "resend"), real_reason)
