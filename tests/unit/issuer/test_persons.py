from cli.issuer.persons import FOLLOW, load, sides, with_each
from cli.play import CARE_WORKER, CASE_WORKER, COORDINATOR, MANAGER


def test_everybody_is_on_one_side_and_those_who_look_after_the_system_come_last() -> None:
    found = sides(load())
    assert [*found] == [
        "Myndighet",
        "Utförare: IFO/Familjerätt",
        "Utförare: ÄO Äldreomsorg",
        "Utförare: HSL",
        "Utförare: Funktionsnedsättning (SoL)",
        "Stöd och administration",
    ]
    logins = [person.login for side in found.values() for person in side]
    assert sorted(logins) == sorted(member["login"] for member in load()["members"])


def test_a_person_with_two_units_has_both() -> None:
    anders = next(person for person in sides(load())["Utförare: ÄO Äldreomsorg"] if person.login == "anders.vik")
    assert (anders.name, anders.title) == ("Anders Vik", "Enhetschef")
    assert anders.units == "Aspen hemtjänst ute Leanlink, Aspen htj TB"


def test_those_to_follow_are_those_of_the_play() -> None:
    assert [*FOLLOW] == [CASE_WORKER, COORDINATOR, CARE_WORKER, MANAGER]
    assert [person.name for person, _ in with_each(FOLLOW, sides(load()))] == [
        "Karin Berg",
        "Eva Nyberg",
        "Jonas Ek",
        "Omar Haddad",
    ]
