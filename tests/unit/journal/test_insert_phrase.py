from dataclasses import replace

import pytest

from services.journal.features.insert_phrase import ChoosePhrase, InsertPhrase, insert
from services.journal.template import TEMPLATES, WrongPhrase
from tests.support.journals import journal
from tests.support.municipality import unit

pytestmark = pytest.mark.requirement("TRE-JOUR-06")

PLAN = "Insatsen har utförts enligt genomförandeplanen."


def inserted(text: str, phrase: str | None = "enligt-plan") -> dict[str, str]:
    return insert(journal(), InsertPhrase(phrase=phrase, text=text)).fields


def test_it_comes_last_in_the_text_on_a_line_of_its_own_and_no_phrase_is_chosen_any_more() -> None:
    assert inserted("") == {"phrase": "", "text": PLAN, "phrases_used.0": "enligt-plan"}
    assert inserted("Moira sov.\n")["text"] == f"Moira sov.\n{PLAN}"
    assert inserted(inserted("Moira sov.")["text"])["text"] == f"Moira sov.\n{PLAN}\n{PLAN}"


def test_one_must_be_chosen_and_be_the_units_own() -> None:
    with pytest.raises(ChoosePhrase):
        inserted("x", phrase=None)
    with pytest.raises(WrongPhrase) as refused:
        inserted("x", phrase="samtal-oppenvard")
    assert refused.value.field == "phrase"


def test_a_unit_may_have_phrases_that_others_with_the_template_do_not() -> None:
    hagadahl = TEMPLATES["ifo-hagadahl"]
    codes = {
        code: [p.code for p in hagadahl.phrases_at(unit(code))] for code in ("hagadahl-bistand", "hagadahl-service")
    }
    assert "samtal-oppenvard" in codes["hagadahl-bistand"]
    assert "samtal-oppenvard" not in codes["hagadahl-service"]
    there = replace(journal(), unit_id=unit("hagadahl-bistand"), template="ifo-hagadahl")
    assert insert(there, InsertPhrase(phrase="samtal-oppenvard")).fields["text"].startswith("Samtal enligt planering.")


def test_the_rest_of_the_form_does_not_have_to_be_right_yet() -> None:
    form = {"phrase": "enligt-plan", "noted_at": "i går", "heading": "", "keywords": ["x"], "text": "a"}
    assert insert(journal(), InsertPhrase.model_validate(form)).fields["text"] == f"a\n{PLAN}"
