import re

from tests.support.authority import MOIRA, register
from tests.support.forms import chosen, written
from tests.support.stafett import Running, body


def filled_in(page: str) -> dict[str, str]:
    """What the form would send as it is."""
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return dict(hidden) | written(page) | chosen(page)


async def test_a_person_is_corrected_on_a_page_filled_in_with_what_is_said_now(authority: Running) -> None:
    async with authority.client("karin.berg") as karin:
        path = f"/authority/persons/{await register(karin)}"
    async with authority.browser("karin.berg") as karin:
        assert f'href="{path}/edit"' in (await karin.get(path)).text
        form = filled_in((await karin.get(f"{path}/edit")).text)
        assert (form["family_name"], form["identity_number"]) == ("Mustafsson", "19380303-9142")
        assert "sex" not in form, "the number tells it"
        wrong = await karin.post(path, data=form | {"identity_number": "19380303-9143", "family_name": "Mustafson"})
        assert (wrong.status_code, "Kontrollsiffran stämmer inte." in wrong.text) == (422, True)
        assert 'value="Mustafson"' in wrong.text
        done = await karin.post(path, data=form | {"family_name": "Mustafson"})
        assert (done.status_code, done.headers["location"]) == (303, path)
        shown = (await karin.get(path)).text
        assert "Mustafson, Moira" in shown
        assert "av Karin Berg: Efternamn." in shown


async def test_what_was_corrected_meanwhile_is_said_and_what_was_typed_is_kept(authority: Running) -> None:
    async with authority.client("karin.berg") as karin:
        path = f"/authority/persons/{await register(karin)}"
    async with authority.browser("karin.berg") as karin:
        form = filled_in((await karin.get(f"{path}/edit")).text)
        assert (await karin.post(path, data=form | {"family_name": "Mustafson"})).status_code == 303
        late = await karin.post(path, data=form | {"given_name": "Maj"})
        assert (late.status_code, "Karin Berg har rättat uppgifterna" in late.text) == (409, True)
        assert (await karin.post(path, data=filled_in(late.text))).status_code == 303
    (row,) = await authority.sql(
        "SELECT given_name, family_name, jsonb_array_length(corrections) AS times FROM persons"
    )
    assert dict(row) == {"given_name": "Maj", "family_name": "Mustafsson", "times": 2}


async def test_a_slip_does_not_make_one_forget_what_was_corrected_meanwhile(authority: Running) -> None:
    async with authority.client("karin.berg") as karin:
        path = f"/authority/persons/{await register(karin)}"
    async with authority.browser("karin.berg") as karin:
        form = filled_in((await karin.get(f"{path}/edit")).text)
        hidden = {"protection": "confidentiality_mark"}
        assert (await karin.post(path, data=form | hidden)).status_code == 303
        slip = await karin.post(path, data=form | {"birth_year": "abc"})
        assert slip.status_code == 422
        assert (await karin.post(path, data=filled_in(slip.text) | {"birth_year": ""})).status_code == 409
    assert await authority.sql("SELECT protection FROM persons") == [hidden]


async def test_a_number_that_somebody_else_has_is_said_and_the_rest_is_kept(authority: Running) -> None:
    async with authority.client("karin.berg") as karin:
        await register(karin)
        other = f"/authority/persons/{await register(karin, identity_number='19460762-2398', family_name='Annan')}"
    async with authority.browser("karin.berg") as karin:
        form = filled_in((await karin.get(f"{other}/edit")).text)
        taken = await karin.post(other, data=form | {"identity_number": "19380303-9142", "family_name": "Ny"})
    assert (taken.status_code, "Identitetsnumret är redan registrerat." in taken.text) == (409, True)
    assert 'value="Ny"' in taken.text


async def test_a_person_without_identity_is_shown_as_one_in_the_form(authority: Running) -> None:
    async with authority.client("karin.berg") as karin:
        path = f"/authority/persons/{await register(karin, identity_number=None, de_identified=True)}"
    async with authority.browser("karin.berg") as karin:
        form = filled_in((await karin.get(f"{path}/edit")).text)
        assert form["de_identified"] == "true"
        found = await karin.post(path, data=form | {"de_identified": "", "identity_number": "20050505-T000"})
        assert found.status_code == 303
        assert "20050505-T000" in (await karin.get(path)).text


async def test_whoever_registers_a_person_they_have_already_is_led_there(authority: Running) -> None:
    async with authority.client("karin.berg") as karin:
        path = f"/authority/persons/{await register(karin)}"
        assert body(await karin.post("/authority/persons", json=MOIRA), 409)["type"] == "already-yours"
    async with authority.browser("karin.berg") as karin:
        led = await karin.post("/authority/persons", data=MOIRA)
        assert (led.status_code, led.headers["location"]) == (303, f"{path}?already=true")
        assert "Personen är redan registrerad." in (await karin.get(led.headers["location"])).text


async def test_of_another_unit_or_for_other_roles_there_is_nobody_to_correct(authority: Running) -> None:
    async with authority.client("karin.berg") as karin:
        path = f"/authority/persons/{await register(karin)}"
    async with authority.client("eva.nyberg") as eva:
        assert (await eva.get(f"{path}/edit")).status_code == 404
        assert (await eva.put(path, json=MOIRA | {"protection": "none"})).status_code == 404
