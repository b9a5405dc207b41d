"""A browser keeps the first sentence of what was done until the next page: there is nothing about anybody in it."""

import ast

import pytest

from tests.architecture.rules.source import modules

CODE = modules("services")


def open_sentences(code: str) -> list[str]:
    """Messages whose first sentence is filled in, and whose location does not make the page say it instead."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    said = [{word.arg: word.value for word in call.keywords} for call in calls]
    return [
        ast.unparse(words["message"])
        for words in said
        if {"location", "message"} <= words.keys()
        and isinstance(words["message"], ast.JoinedStr)
        and not _fixed(words["message"].values[0])
        and "?" not in ast.unparse(words["location"])
    ]


def _fixed(part: ast.expr) -> bool:
    return isinstance(part, ast.Constant) and "." in str(part.value)


@pytest.mark.parametrize("module", CODE)
def test_the_first_sentence_is_fixed(module: str) -> None:
    assert open_sentences(CODE[module]) == []


def test_a_name_in_the_first_sentence_is_found() -> None:
    named = 'Done(id=id, location="/a", message=f"Kvitterat av {name}.")'
    assert open_sentences(named) == ["f'Kvitterat av {name}.'"]
    assert open_sentences(named.replace("/a", "/a?already=true")) == []
    assert open_sentences('Done(id=id, location="/a", message=f"Kvitterat. {sentence}")') == []
