"""What the console must not get wrong at any size and in any language: figures, room, focus, access."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Desk, District

pytestmark = pytest.mark.browser

AXE = Path("web/node_modules/axe-core/axe.min.js")
NARROW = {"width": 1280, "height": 800}

# Text that leaves its box without an ellipsis, and text below 12 px.
FAULTS = """() => [...document.querySelectorAll('main *')].flatMap((element) => {
    const style = getComputedStyle(element)
    const skip = !element.getClientRects().length || element.closest('.map, .hidden, svg, .track, .lines')
    if (skip || style.display === 'inline' || !element.clientWidth) return []
    const cut = element.scrollWidth > element.clientWidth + 8 && style.textOverflow !== 'ellipsis'
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())
    const small = own && parseFloat(style.fontSize) < 12
    return cut || small ? [`${element.tagName}.${element.className}: ${element.textContent.slice(0, 40)}`] : []
})"""


def serious(page: Page) -> list[str]:
    """Return what axe finds serious or critical."""
    page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = page.evaluate("""async () => (await axe.run(document)).violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).slice(0, 4).join(' | ')}`)""")
    return found


def open_first(desk: Desk) -> None:
    """Open the first order of the list and wait for who is near."""
    desk.page.keyboard.press("j")
    expect(desk.page.locator(".near .caption")).to_be_visible()
    expect(desk.page.locator(".card[aria-busy=true]")).to_have_count(0)
    desk.settle()


def test_nothing_serious_stands_in_the_way(desks: Callable[..., Desk]) -> None:
    desk = desks()
    page = desk.page
    page.wait_for_selector("input[name=login]")
    assert serious(page) == []
    desk.sign_in("dispatcher")
    desk.settle()
    assert serious(page) == []
    page.keyboard.press("l")
    assert serious(page) == []
    page.keyboard.press("Escape")
    open_first(desk)
    assert serious(page) == []
    page.get_by_role("button", name="登记").click()
    page.wait_for_selector(".right select")
    assert serious(page) == []


def test_everybody_on_duty_counts_once(district: District, desks: Callable[..., Desk]) -> None:
    desk = desks()
    desk.sign_in("dispatcher")
    desk.settle()
    on_duty = district.one("SELECT count(*) FROM fix JOIN duty USING (user_id) WHERE on_duty")
    expect(desk.page.locator(".bottom")).to_contain_text(f"巡查人员 {on_duty}")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_words_have_room(desks: Callable[..., Desk], language: str) -> None:
    desk = desks()
    page = desk.page
    page.set_viewport_size(NARROW)
    page.evaluate("(language) => localStorage.setItem('gisgov.locale', language)", language)
    page.reload()
    desk.sign_in("dispatcher")
    desk.settle()
    assert page.evaluate(FAULTS) == []
    page.keyboard.press("?")
    assert page.evaluate(FAULTS) == []
    page.keyboard.press("l")
    assert page.evaluate(FAULTS) == []
    page.keyboard.press("Escape")
    open_first(desk)
    assert page.evaluate(FAULTS) == []


def test_the_district_stays_in_the_free_part(district: District, desks: Callable[..., Desk]) -> None:
    desk = desks()
    desk.sign_in("dispatcher")
    page = desk.page
    page.get_by_role("button", name="时段").click()
    page.keyboard.press("l")
    page.wait_for_function("() => !document.querySelector('.map').map.isMoving()")
    desk.settle()
    west, south, east, north = page.evaluate(
        "async () => (await (await fetch('/api/session')).json()).user.bounds"
    )
    left, bottom = desk.pixel(west, south)
    right, top = desk.pixel(east, north)
    bar, panel = page.locator(".foot > .time").bounding_box(), page.locator(".layers").bounding_box()
    assert bar and panel
    assert bar["x"] <= left and right <= panel["x"]
    assert top >= 0 and bottom <= bar["y"]
    # What lies outside is veiled, and heat lies beneath the names of the base map and of the areas.
    desk.wait_drawn("veil", "true", ms=10_000)
    order = page.evaluate("() => document.querySelector('.map').map.getStyle().layers.map(({ id }) => id)")
    assert (
        order.index("heat-fill")
        < order.index("veil")
        < order.index("areas-street")
        < order.index("areas-name")
    )


def test_a_sign_says_who_it_is(district: District, desks: Callable[..., Desk]) -> None:
    desk = desks()
    desk.sign_in("dispatcher")
    page = desk.page
    desk.look_at(*district.staffed_cell(), 16)
    open_first(desk)

    # From the list of who is near; the distance is the list's own.
    first = page.locator(".near li").first
    name = first.locator(".name").inner_text()
    first.locator(".name").click()
    about = page.get_by_role("region", name="巡查人员")
    expect(about).to_contain_text(name)
    expect(about).to_contain_text(first.locator("b").inner_text())
    page.keyboard.press("Escape")
    expect(about).to_have_count(0)

    # A click on a camera, and the same by keyboard: the middle of the map, Enter.
    page.keyboard.press("Escape")
    expect(page.locator(".card")).to_have_count(0)
    desk.settle()
    lon, lat = district.one("SELECT ARRAY[ST_X(geom), ST_Y(geom)] FROM camera ORDER BY code LIMIT 1")
    code = district.one("SELECT code FROM camera ORDER BY code LIMIT 1")
    desk.look_at(lon, lat, 18)
    page.mouse.click(*desk.pixel(lon, lat))
    camera = page.get_by_role("region", name="摄像头")
    expect(camera).to_contain_text(code)
    expect(camera).to_contain_text("网格")
    page.keyboard.press("Escape")
    page.locator(".map canvas").focus()
    page.keyboard.press("Enter")
    expect(camera).to_contain_text(code)


def test_what_fails_says_so_and_heals(desks: Callable[..., Desk]) -> None:
    desk = desks()
    page = desk.page
    problem = (
        '{"title":"暂时无法处理。","advice":"稍后重试。","code":"http.busy","number":"7F3A","status":503}'
    )

    def refuse(route: Route) -> None:
        route.fulfill(status=503, content_type="application/problem+json", body=problem)

    for address in ("**/api/orders?*", "**/api/layers"):
        page.route(address, refuse)
    page.fill("input[name=login]", "dispatcher")
    page.fill("input[name=password]", "gisgov-demo")
    page.keyboard.press("Enter")
    queue = page.locator(".queue")
    expect(queue.get_by_role("alert")).to_contain_text("7F3A")
    page.keyboard.press("l")
    expect(page.locator(".layers").get_by_role("alert")).to_contain_text("图层没有载入")
    page.unroute_all()
    page.locator(".layers").get_by_role("button", name="重试").click()
    expect(page.locator(".layers").get_by_role("switch").first).to_be_visible()
    queue.get_by_role("button", name="重试").click()
    expect(page.locator(".pick").first).to_be_visible()
