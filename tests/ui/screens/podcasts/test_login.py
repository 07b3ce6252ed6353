"""The login that a server asks for: over http it is sent only after a second enter."""

import pytest
from textual.widgets import Input

from tests.app_driver import AppDriver
from tui_pod.net.fetch import LoginWanted
from tui_pod.net.login import Login
from tui_pod.services.frontend import LoginQuestion
from tui_pod.ui.screens.podcasts.login import OPENLY

ANN = Login(("http", "a.example", 80), "ann", "s3cret")


class Server:
    """Takes every login, and remembers which."""

    def __init__(self) -> None:
        self.logins: list[Login] = []

    def ask(self, driver: AppDriver, scheme: str, known: Login | None = None) -> None:
        """Have the app ask for a login; `known` is one that was given before."""
        driver.app.frontend.ask_login(LoginQuestion(LoginWanted(f"{scheme}://a.example/feed", known), self._use))

    async def _use(self, login: Login) -> None:
        self.logins.append(login)


@pytest.fixture
def server() -> Server:
    return Server()


async def test_login_over_https_is_sent_at_once(driver: AppDriver, server: Server) -> None:
    server.ask(driver, "https")
    await driver.press(*"ann", "enter", *"s3cret", "enter")
    await driver.until(lambda: driver.app.screen is driver.main, "it is closed")
    assert [(login.user, login.password, login.over_http) for login in server.logins] == [("ann", "s3cret", False)]


@pytest.mark.parametrize(("known", "fields"), [(ANN, ["ann", "s3cret"]), (None, ["", ""])])
async def test_login_over_http_is_not_sent_by_the_first_enter(
    known: Login | None, fields: list[str], driver: AppDriver, server: Server
) -> None:
    server.ask(driver, "http", known)
    await driver.settle()
    assert [field.value for field in driver.app.screen.query(Input)] == fields
    await driver.press("enter", "enter")
    assert OPENLY[:40] in driver.text
    assert server.logins == []


async def test_changed_login_over_http_asks_for_a_second_enter_again(driver: AppDriver, server: Server) -> None:
    server.ask(driver, "http")
    await driver.press(*"ann", "enter", *"s3cre", "enter", "t", "enter")
    assert server.logins == []
    await driver.press("enter")
    await driver.until(lambda: server.logins, "it is sent")
    assert (server.logins[0].password, server.logins[0].over_http) == ("s3cret", True)
