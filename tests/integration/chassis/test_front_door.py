"""The demo's way in: who there is to be, and an address that leads nowhere."""

import httpx

from cli.issuer import DemoIssuer
from cli.up import front_door


async def test_everybody_is_offered_with_title_and_unit_and_a_wrong_address_is_told_in_swedish() -> None:
    transport = httpx.ASGITransport(front_door(DemoIssuer("http://127.0.0.1:1")))
    async with httpx.AsyncClient(transport=transport, base_url="http://stafett") as client:
        login = await client.get("/login")
        nowhere = await client.get("/nowhere")
    assert "Jonas Ek, Undersköterska, Blandaren htj ute (Leanlink)" in login.text
    assert "Eva Nyberg fördelar" in login.text
    assert 'name="viewport"' in login.text
    assert nowhere.status_code == 404
    assert "<h1>Sidan finns inte.</h1>" in nowhere.text
