"""The page for a person, in a headless Chromium, at an exchange that is really served."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import shutil
import threading
from typing import TYPE_CHECKING, Any, Final

import pytest
from playwright.sync_api import expect, sync_playwright

from carbonkit.exchange.clock import DemoClock
from carbonkit.exchange.exchange import Exchange, Settings
from carbonkit.exchange.server import ExchangeServer, bound
from tests.exchange.servers import BASES, OPENING, Served, served, served_venue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Route

__all__ = ["served_venue"]

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_FOUND: Final = next(filter(None, map(shutil.which, _NAMES)), None)
_WITHIN: Final = 8_000  # milliseconds
_HOSTILE: Final = "<img src=x onerror=\"window.hurt='yes'\">"
_COUNT = itertools.count(1)

pytestmark = [
    pytest.mark.skipif(_FOUND is None, reason=f"needs one of {', '.join(_NAMES)}"),
    pytest.mark.whole,
]


@pytest.fixture(scope="module", name="browser")
def one_browser() -> Iterator[Browser]:
    """One browser for all tests here."""
    expect.set_options(timeout=_WITHIN)
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=_FOUND, args=["--no-sandbox", "--disable-gpu"])
        yield made
        made.close()


class Visit:
    """A person's visit to the page, which notes what the browser complains about."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self._heard: dict[Any, Any] = {
            "console": lambda message: self.complaints.append(message.text),
            "pageerror": lambda error: self.complaints.append(f"error: {error}"),
            "request": lambda request: self.asked.append(request.url),
        }
        page.set_default_timeout(_WITHIN)
        for event, hear in self._heard.items():
            page.on(event, hear)

    def leave(self) -> None:
        """Check that nothing was wrong; a refusal is logged by the browser itself, and is not."""
        for event, hear in self._heard.items():
            self.page.remove_listener(event, hear)
        assert [each for each in self.complaints if not each.startswith("Failed to load resource")] == []

    def sign_in(self, key: str, secret: str, account: str = "") -> None:
        self.page.goto(self.url)
        self.page.get_by_label(re.compile("Key id|密钥编号")).fill(key)
        self.page.locator("#secret").fill(secret)
        self.page.get_by_label(re.compile("^(Account|账户)$")).fill(account)
        self.page.locator("#sign-in-button").click()

    def enter(self, venue: Served, key: str, account: str = "") -> None:
        """Sign in, and wait until the page listens."""
        self.sign_in(key, venue.secret(key), account)
        expect(self.page.locator("#connection")).to_have_attribute("data-state", "live")

    def review(self, side: str, quantity: str, price: str) -> None:
        self.page.locator(f"input[name=side][value={side}]").check()
        self.page.get_by_label("Quantity", exact=True).first.fill(quantity)
        self.page.get_by_label("Price", exact=True).fill(price)
        self.page.get_by_role("button", name="Review the order").click()

    def row(self, body: str, text: str) -> Any:  # noqa: ANN401  a locator
        return self.page.locator(f"#{body} tr", has_text=text)


@contextlib.contextmanager
def visiting(browser: Browser, url: str, **options: Any) -> Iterator[Visit]:  # noqa: ANN401  of `new_context`
    context = browser.new_context(
        **{"locale": "en-GB", "viewport": {"width": 1280, "height": 900}, **options}
    )
    try:
        visit = Visit(context.new_page(), url)
        yield visit
        visit.leave()
    finally:
        context.close()


@pytest.fixture(scope="module", name="page")
def one_page(browser: Browser) -> Iterator[Page]:
    """One page, as opening one costs more than most tests."""
    made = browser.new_page(locale="en-GB")
    yield made
    made.close()


@pytest.fixture(name="visit")
def one_visit(page: Page, venue: Served) -> Iterator[Visit]:
    visit = Visit(page, venue.url)
    yield visit
    page.unroute_all()
    page.goto("about:blank")
    visit.leave()


@pytest.fixture(scope="module", name="entered")
def seller_who_entered(browser: Browser, venue: Served) -> Iterator[Visit]:
    with visiting(browser, venue.url) as made:
        made.enter(venue, "seller", "KEE-001")
        yield made


def _post(venue: Served, side: str, price: str, quantity: int) -> str:
    key, account = ("seller", "KEE-001") if side == "sell" else ("buyer", "KEE-002")
    name: str = venue.post(key, account, f"P-{next(_COUNT)}", side, price, quantity)["order_id"]
    return name


def _take(venue: Served, post: str, quantity: int) -> None:
    body = {"account": "KEE-002", "client_order_id": f"K-{next(_COUNT)}", "quantity": str(quantity)}
    venue.asked("buyer", "POST", f"/v1/orders/{post}/take", body)


# ------------------------------------------------------------------------------------------- the page


def test_it_loads_without_a_complaint(venue: Served, visit: Visit) -> None:
    answer = visit.page.goto(visit.url)
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    expect(visit.page).to_have_title("Carbon exchange")
    expect(visit.page.locator("#clock")).to_have_text(re.compile(r"^09:3\d:\d\d UTC\+8$"))
    expect(visit.page.locator("#day")).to_have_text("Day 2026-01-06 is open")
    visit.enter(venue, "seller", "KEE-001")
    unnamed = "[...document.querySelectorAll('input, select')].filter((each) => !each.labels.length).length"
    assert visit.page.evaluate(unnamed) == 0
    assert visit.complaints == []


def test_a_sign_in_that_fails_says_why(venue: Served, visit: Visit) -> None:
    visit.sign_in("seller", "cks_wrong", "KEE-001")
    told = visit.page.locator("#sign-in-error")
    expect(told).to_have_text("The key id or the secret is wrong.")
    visit.sign_in("seller", venue.secret("seller"), "KEE-002")
    expect(told).to_contain_text("must be an account of the key, was KEE-002")
    expect(visit.page.locator("#market")).to_be_hidden()


def test_the_market_is_shown_and_moves_by_itself(venue: Served, visit: Visit) -> None:
    first, second = _post(venue, "sell", "74.10", 1_200), _post(venue, "sell", "74.10", 800)
    buy = _post(venue, "buy", "73.80", 2_500)
    _take(venue, first, 100)
    visit.enter(venue, "outsider", "KEE-003")
    page = visit.page
    expect(page.locator("#last")).to_have_text("74.10")
    expect(page.locator("#change")).to_have_text("▲ +0.10 (+0.14 %)")
    expect(page.locator("#bulletin")).to_contain_text("Volume (tCO2e)100")
    expect(page.locator("#bulletin")).to_contain_text("Turnover (CNY)7,410.00")
    expect(visit.row("sells", "74.10")).to_have_text(re.compile("Sell 1.*74.10.*1,900.*2.*Take"))
    expect(visit.row("buys", "73.80")).to_have_text(re.compile("Buy 1.*73.80.*2,500.*1.*Take"))
    expect(page.locator("#spread")).to_have_text("Spread 0.30")
    expect(page.locator("#trades tr")).to_have_count(1)
    _take(venue, first, 300)
    expect(page.locator("#trades tr")).to_have_count(2)
    expect(page.locator("#trades tr").first).to_have_text(re.compile(r"= 74\.10300listed"))
    expect(visit.row("sells", "74.10")).to_contain_text("1,600")
    expect(page.locator("#bulletin")).to_contain_text("Volume (tCO2e)400")
    for key, order in (("seller", first), ("seller", second), ("buyer", buy)):
        venue.asked(key, "POST", f"/v1/orders/{order}/cancel")
    expect(page.locator("#sells tr")).to_have_count(0)


def test_another_instrument_is_chosen(venue: Served, entered: Visit) -> None:
    order = _post(venue, "sell", "74.20", 10)
    expect(entered.row("sells", "74.20")).to_have_count(1)
    entered.page.get_by_label("Instrument").select_option("CEA24")
    expect(entered.page.locator("#bulletin")).to_contain_text("Previous close72.40")
    expect(entered.page.locator("#sells tr")).to_have_count(0)
    expect(entered.row("orders", "74.20")).to_have_count(1)
    entered.page.get_by_label("Instrument").select_option("CEA25")
    expect(entered.row("sells", "74.20")).to_have_count(1)
    venue.asked("seller", "POST", f"/v1/orders/{order}/cancel")
    expect(entered.row("orders", "74.20")).to_have_count(0)


def test_it_fits_narrow_and_wide_screens(entered: Visit) -> None:
    expect(entered.page.locator("#ledger tr").first).to_be_visible()
    for width in (360, 800, 1280):
        entered.page.set_viewport_size({"width": width, "height": 900})
        assert entered.page.evaluate("document.documentElement.scrollWidth") == width


# ------------------------------------------------------------------------------------------- orders


def test_an_order_is_placed_and_cancelled_by_keyboard_alone(venue: Served, visit: Visit) -> None:
    visit.enter(venue, "seller", "KEE-001")
    page = visit.page
    keys = page.keyboard
    page.locator("input[name=side][value=buy]").focus()
    for press in ("ArrowRight", "Tab", "1250", "Tab", "74.35", "Enter"):
        keys.press(press) if press.isalpha() else keys.type(press)
    dialog = page.get_by_role("dialog")
    for fact in ("Sell CEA25?", "KEE-001", "1,250 tCO2e", "74.35 CNY/tCO2e", "92,937.50 CNY"):
        expect(dialog).to_contain_text(fact)
    assert venue.asked("seller", "GET", "/v1/orders?state=new")["data"] == []
    keys.press("Enter")
    expect(page.locator("#notices")).to_contain_text("Order placed: Sell 1,250 CEA25 at 74.35.")
    expect(visit.row("orders", "74.35")).to_contain_text("1,2500working")
    expect(visit.row("sells", "74.35")).to_contain_text("yours")
    expect(visit.row("positions", "CEA-2025")).to_contain_text("1,250")
    visit.row("orders", "74.35").get_by_role("button").focus()
    keys.press("Enter")
    expect(dialog).to_contain_text("Cancel this order?")
    keys.press("Enter")
    expect(visit.row("orders", "74.35")).to_have_count(0)
    expect(visit.row("sells", "74.35")).to_have_count(0)
    page.get_by_label("Show ended orders").check()
    expect(visit.row("orders", "74.35")).to_contain_text("cancelled")


def test_nothing_is_sent_that_was_not_confirmed(venue: Served, entered: Visit) -> None:
    entered.review("sell", "5", "74.00")
    entered.page.get_by_role("button", name="Back").click()
    entered.review("sell", "5", "74.00")
    entered.page.keyboard.press("Escape")
    expect(entered.page.get_by_role("dialog")).to_have_count(0)
    assert venue.asked("seller", "GET", "/v1/orders?state=new")["data"] == []


def test_a_refusal_is_told_kindly(entered: Visit) -> None:
    entered.review("buy", "5", "1.00")
    entered.page.get_by_role("button", name="Send").click()
    told = entered.page.get_by_role("alert").filter(has_text="refused")
    expect(told).to_contain_text("The exchange refused: The price is outside today's limits.")
    expect(told).to_contain_text("must be from 66.60 CNY/tCO2e to 81.40 CNY/tCO2e, was 1.00 CNY/tCO2e")
    expect(told).to_contain_text("Code outside_band, request r-")
    told.get_by_role("button", name="Close").click()
    expect(told).to_have_count(0)


@pytest.mark.parametrize(
    ("quantity", "price", "field", "fault"),
    [
        ("", "74.00", "quantity", "Must be filled in."),
        ("1e3", "74.00", "quantity", "Write a number in the digits 0 to 9, such as 1000."),
        ("-5", "74.00", "quantity", "Write a number in the digits 0 to 9, such as 1000."),
        ("0", "74.00", "quantity", "Must be more than zero."),
        ("1.5", "74.00", "quantity", "Must be a multiple of 1."),
        ("5", "\uff17\uff14.00", "price", "Write a price in the digits 0 to 9 with a point, such as 74.05."),
        ("5", "74.005", "price", "Must be a multiple of 0.01."),
    ],
)
def test_what_is_no_number_is_not_sent(
    entered: Visit, quantity: str, price: str, field: str, fault: str
) -> None:
    entered.review("sell", quantity, price)
    expect(entered.page.locator(f"#{field}-error")).to_have_text(fault)
    expect(entered.page.locator(f"#{field}")).to_have_attribute("aria-invalid", "true")
    expect(entered.page.locator(f"#{field}")).to_be_focused()
    expect(entered.page.get_by_role("dialog")).to_have_count(0)


def test_a_post_is_taken(venue: Served, visit: Visit) -> None:
    _post(venue, "sell", "74.15", 700)
    visit.enter(venue, "buyer", "KEE-002")
    visit.page.get_by_role("button", name="Take the first post at 74.15: Buy").click()
    dialog = visit.page.get_by_role("dialog")
    expect(dialog).to_contain_text("51,905.00 CNY")
    dialog.get_by_label("Quantity").fill("701")
    dialog.get_by_role("button", name="Send").click()
    expect(visit.page.locator("#alerts")).to_contain_text("The post offers less than that.")
    visit.page.get_by_role("button", name="Take the first post at 74.15: Buy").click()
    dialog.get_by_role("button", name="Send").click()
    expect(visit.page.locator("#notices")).to_contain_text("Traded: Buy 700 CEA25 at 74.15.")
    expect(visit.row("sells", "74.15")).to_have_count(0)
    expect(visit.page.locator("#trades tr").first).to_contain_text("74.15700")


def test_a_press_whose_answers_are_lost_is_done_once(venue: Served, visit: Visit) -> None:
    visit.enter(venue, "seller", "KEE-001")
    keys: list[str] = []

    def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        route.fetch()
        route.abort()

    visit.page.route("**/v1/orders", lose)
    visit.review("sell", "33", "74.40")
    visit.page.get_by_role("button", name="Send").click()
    expect(visit.page.locator("#alerts")).to_contain_text("it is not known whether this was done")
    visit.page.unroute("**/v1/orders")
    with visit.page.expect_request("**/v1/orders") as sent:
        visit.page.get_by_role("button", name="Try again").click()
    expect(visit.page.locator("#notices")).to_contain_text("Order placed: Sell 33 CEA25")
    keys.append(sent.value.headers["idempotency-key"])
    assert (len(keys), len(set(keys))) == (4, 1)
    orders = venue.asked("seller", "GET", "/v1/orders?state=new")["data"]
    assert [each["quantity"] for each in orders] == [33]
    with visit.page.expect_request("**/cancel") as cancelled:
        visit.row("orders", "74.40").get_by_role("button").click()
        visit.page.get_by_role("button", name="Send").click()
    assert cancelled.value.headers["idempotency-key"] not in keys
    expect(visit.row("orders", "74.40")).to_have_count(0)


# ------------------------------------------------------------------------------------------- what it is told


def test_hostile_text_stays_text(venue: Served, visit: Visit) -> None:
    order = {
        "order_id": _HOSTILE,
        "account": "KEE-001",
        "instrument": _HOSTILE,
        "side": "sell",
        "price": None,
        "quantity": 1,
        "filled": 0,
        "withdrawn": 0,
        "state": _HOSTILE,
        "time_in_force": "day",
        "at": "2026-01-06T01:30:00Z",
        "client_order_id": _HOSTILE,
    }
    problem = {"title": _HOSTILE, "detail": _HOSTILE, "code": _HOSTILE, "request_id": _HOSTILE, "errors": []}

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=422, json=problem)
        else:
            route.fulfill(json={"data": [order], "next_cursor": None})

    visit.page.route(re.compile(r"/v1/orders"), answer)
    visit.enter(venue, "seller", "KEE-001")
    visit.page.get_by_label("Show ended orders").check()
    expect(visit.row("orders", _HOSTILE)).to_have_count(1)
    visit.review("sell", "5", "74.00")
    visit.page.get_by_role("button", name="Send").click()
    expect(visit.page.locator("#alerts")).to_contain_text(f"The exchange refused: {_HOSTILE}")
    assert visit.page.locator("img").count() == 0
    assert visit.page.evaluate("window.hurt") is None


def test_great_amounts_lose_nothing(venue: Served, visit: Visit) -> None:
    money = {"amount": "98765432109876543210.10", "currency": "CNY"}
    position = {
        "account": "KEE-001",
        "asset": "CEA-2025",
        "sellable": 9007199254740993,
        "offered": 0,
        "bought": 0,
    }
    position |= {"cash": money, "committed": money, "proceeds": money}
    line = {"asset": "CEA-2025", "bucket": "tradable", "quantity": "12345678901234567.123456"}
    summary = {"account": "KEE-001", "kind": None, "positions": [position], "holdings": [line]}
    text = json.dumps(summary)
    visit.page.route("**/v1/accounts/KEE-001", lambda route: route.fulfill(body=text))
    visit.enter(venue, "seller", "KEE-001")
    expect(visit.page.locator("#positions")).to_contain_text("9,007,199,254,740,993")
    expect(visit.page.locator("#money")).to_contain_text("98,765,432,109,876,543,210.10 CNY")
    expect(visit.page.locator("#ledger")).to_contain_text("12,345,678,901,234,567.123456")
    visit.page.get_by_label("Price", exact=True).fill("74.01")
    visit.page.get_by_label("Quantity", exact=True).first.fill("9007199254740993")
    expect(visit.page.locator("#value")).to_have_text("666,622,816,843,380,891.93 CNY")


def test_a_gap_in_the_book_makes_it_begin_anew(venue: Served, visit: Visit) -> None:
    level = {
        "price": {"amount": "74.50", "currency": "CNY", "per": "tCO2e"},
        "quantity": 7,
        "orders": ["O-1"],
    }
    book = {"instrument": "CEA25", "sequence": 4, "buys": [], "sells": [level]}
    after = {**book, "previous": 4, "sequence": 5, "sells": [{**level, "quantity": 8}]}
    missing = {**book, "previous": 6, "sequence": 7}
    asked: list[str | None] = []

    def answer(route: Route) -> None:
        asked.append(route.request.headers.get("last-event-id"))
        events = [("depth", book), ("book", after), ("book", missing if len(asked) == 2 else after)]
        told = [
            f"id: r.{at}.1\nevent: {kind}\ndata: {json.dumps(said)}\n"
            for at, (kind, said) in enumerate(events)
        ]
        route.fulfill(content_type="text/event-stream", body="\n".join(["retry: 500\n", *told, ""]))

    visit.page.route("**/v1/stream*", answer)
    visit.sign_in("seller", venue.secret("seller"), "KEE-001")
    expect(visit.row("sells", "74.50")).to_contain_text("8")
    visit.page.wait_for_function("document.getElementById('connection').dataset.state === 'lost'")
    _until(visit.page, lambda: len(asked) >= 3)
    assert asked[:3] == [None, "r.2.1", None]


def test_a_reset_makes_it_ask_for_everything_again(venue: Served, visit: Visit) -> None:
    answers = itertools.chain(["", 'event: reset\ndata: {"reason":"too long ago"}\n'], itertools.repeat(""))

    def answer(route: Route) -> None:
        body = f"retry: 500\nid: r.1.1\n\n{next(answers)}\n"
        route.fulfill(content_type="text/event-stream", body=body)

    visit.page.route("**/v1/stream*", answer)
    visit.sign_in("seller", venue.secret("seller"), "KEE-001")
    for part in ("/trades?", "/v1/bulletins?", "/v1/accounts/", "state=new&limit=500"):
        _until(visit.page, lambda part=part: sum(part in each for each in visit.asked) >= 2)


def test_an_answer_that_comes_late_undoes_nothing(venue: Served, visit: Visit) -> None:
    order = _post(venue, "sell", "74.70", 3)
    late: list[str] = []

    def answer(route: Route) -> None:
        told = route.fetch()
        if not late:  # the stream tells of the cancellation before this answer comes
            venue.asked("seller", "POST", f"/v1/orders/{order}/cancel")
            visit.page.wait_for_timeout(500)
        route.fulfill(response=told)
        late.append(told.text())

    visit.page.route("**/v1/orders?account=KEE-001&state=new*", answer)
    visit.enter(venue, "seller", "KEE-001")
    _until(visit.page, lambda: late)
    assert order in late[0]
    visit.page.get_by_label("Show ended orders").check()
    expect(visit.row("orders", "74.70")).to_contain_text("cancelled")


def _until(page: Page, true: Any) -> None:  # noqa: ANN401  any condition
    for _ in range(_WITHIN // 20):
        if true():
            return
        page.wait_for_timeout(20)
    pytest.fail("waited too long")


# ------------------------------------------------------------------------------------------- sessions


def test_nothing_is_kept_and_signing_out_ends_all(venue: Served, visit: Visit) -> None:
    visit.enter(venue, "buyer", "KEE-002")
    stored = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
    assert visit.page.evaluate(stored) == '[{},{},""]'
    assert visit.page.locator("#secret").input_value() == ""
    visit.page.get_by_role("button", name="Sign out").click()
    expect(visit.page.locator("#notices")).to_contain_text("You are signed out.")
    expect(visit.page.locator("#connection")).to_have_text("Not connected")
    expect(visit.page.locator("#market")).to_be_hidden()
    expect(visit.page.locator("#sign-in")).to_be_visible()
    visit.asked.clear()
    _take(venue, _post(venue, "sell", "74.60", 2), 2)
    visit.page.wait_for_timeout(300)
    assert visit.asked == []


def test_without_an_account_one_may_watch(venue: Served, visit: Visit) -> None:
    visit.enter(venue, "outsider")
    expect(visit.page.locator("#watching")).to_be_visible()
    expect(visit.page.locator("#order-form")).to_be_hidden()
    expect(visit.page.locator("#bulletin")).to_contain_text("Previous close74.00")


def test_it_comes_back_after_a_restart(browser: Browser, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with served(data) as before:
        _post(before, "sell", "74.25", 90)
        secret = before.secret("seller")
    with _serving(data, 0) as port:
        visit = Visit(browser.new_page(locale="en-GB"), f"http://127.0.0.1:{port}")
        visit.sign_in("seller", secret)  # the account is found by the order
        expect(visit.row("orders", "74.25")).to_contain_text("working")
        expect(visit.page.locator("#connection")).to_have_text("Live")
    expect(visit.page.locator("#connection")).to_have_text("Connection lost, trying again…")
    with _serving(data, port):
        expect(visit.page.locator("#connection")).to_have_text("Live")
        visit.review("sell", "11", "74.30")
        visit.page.get_by_role("button", name="Send").click()
        expect(visit.row("orders", "74.30")).to_contain_text("11")
        expect(visit.row("sells", "74.30")).to_contain_text("11")
        visit.leave()
        visit.page.close()


@contextlib.contextmanager
def _serving(data: Path, port: int) -> Iterator[int]:
    """Serve a folder's exchange; unlike `served` without waiting until proofs are taken."""
    settings = Settings(data=data, clock=DemoClock(OPENING), keeps_days=False, bases=BASES)
    listening = bound("127.0.0.1", port)
    server = ExchangeServer(Exchange.open(settings))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.stop()
        thread.join(30)
        assert not thread.is_alive()


# ------------------------------------------------------------------------------------------- languages


def test_chinese(browser: Browser, venue: Served) -> None:
    with visiting(browser, venue.url, locale="zh-CN") as visit:
        visit.enter(venue, "seller", "KEE-001")
        html = visit.page.locator("html")
        expect(html).to_have_attribute("lang", "zh-CN")
        expect(visit.page).to_have_title("碳排放权交易所")
        expect(visit.page.locator("#bulletin")).to_contain_text("前收盘价74.00")
        expect(visit.page.locator("#day")).to_have_text("2026-01-06 交易日已开市")
        visit.page.get_by_label("语言").select_option("en")
        expect(html).to_have_attribute("lang", "en")
        expect(visit.page.locator("#bulletin")).to_contain_text("Previous close74.00")
        assert visit.page.evaluate("JSON.stringify(localStorage)") == '{"carbonkit.language":"en"}'
        visit.page.reload()
        expect(html).to_have_attribute("lang", "en")


def test_both_languages_have_every_word(browser: Browser, venue: Served) -> None:
    script = venue.client.get(f"{venue.url}/page/page.js").text
    words = script[script.index("const EN =") : script.index("const LANGUAGE")]
    names = "(table) => Object.entries(table).flatMap(([name, said]) => typeof said === 'string' ?"
    names += " [name + (said.match(/[{][0-9][}]/g) ?? []).sort().join('')]"
    names += " : Object.keys(said).map((each) => name + each))"
    page = browser.new_page()
    english, chinese = page.evaluate(
        f"(() => {{ {words}; const names = {names}; return [names(EN), names(ZH)]; }})()"
    )
    page.close()
    assert sorted(english) == sorted(chinese)
    html = venue.client.get(venue.url).text
    used = set(re.findall(r'data-t="(\w+)"', html)) | set(re.findall(r'\bsay\("(\w+)"', script))
    assert used <= {re.sub(r"[{].*", "", each) for each in english}
