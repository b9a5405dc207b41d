"""Every way a login can fail, as the one who tried reads it."""

from chassis.decision import Refused


class LoginFailed(Refused):
    """Inloggningen gick inte att slutföra. Logga in igen, och kontakta användarstöd om det upprepas."""

    status = 400


class LoginDenied(LoginFailed):
    """Inloggningen avbröts eller nekades. Logga in igen, och kontakta användarstöd om det upprepas."""

    status = 403


class NotBegunHere(LoginFailed):
    """Inloggningen tog för lång tid, är redan använd eller påbörjades i en annan webbläsare. Logga in igen."""


class WrongIssuer(LoginFailed):
    """Svaret kom inte från den inloggningstjänst som Stafett använder och togs inte emot. Logga in igen."""


class NotVouchedFor(LoginFailed):
    """Intyget från inloggningstjänsten godkändes inte. Logga in igen, och kontakta användarstöd om det upprepas."""


class LevelTooLow(LoginFailed):
    """Ditt sätt att logga in räcker inte för Stafett. Logga in igen med en e-legitimation som har högre tillitsnivå."""

    status = 403


class NotSetUp(LoginFailed):
    """Stafett och inloggningstjänsten är inte rätt inställda mot varandra. Kontakta användarstöd."""

    status = 502


class TokenTooLong(LoginFailed):
    """Inloggningstjänsten skickar fler uppgifter om dig än webbläsaren kan spara. Kontakta användarstöd."""

    status = 502
