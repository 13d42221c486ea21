"""The story on screen: a call becomes a dot, the dot a person, the person's work a line in the record."""

from collections.abc import Callable
from time import perf_counter
from uuid import uuid4

import numpy as np
import pytest
from playwright.sync_api import Playwright, expect

from gisgov.demo.photos import draw_photo
from tests.browser.conftest import Desk, District

pytestmark = pytest.mark.browser

LIVE_S = 2.0


def report(playwright: Playwright, district: District, lon: float, lat: float, **more: object) -> dict:
    """Report by HTTP, as a resident's phone does."""
    outside = playwright.request.new_context(base_url=district.address)
    body = {
        "source": "resident", "category": "city.manhole", "title": "非机动车道井盖缺失",
        "content": "花园路以北三百米，非机动车道井盖没了，晚上看不见。", "lon": lon, "lat": lat, "datum": "wgs84",
        "accuracy_m": 8, "address": "花园路以北 300 米支路",
        "reporter": {"name": "刘晓明", "phone": "13912342806", "anonymous": False},
    }  # fmt: skip
    reply = outside.post("/api/reports", data=body | more, headers={"Idempotency-Key": str(uuid4())})
    assert reply.status == 201, reply.text()
    found: dict = reply.json()
    outside.dispose()
    return found


def hand_in(worker: Desk, photo: bytes) -> None:
    """Hand in a result; without a note and a photo the form says what is missing."""
    page = worker.page
    submit = page.locator("[data-action=submit_result]")
    submit.click()
    expect(page.get_by_text("这一步要附照片")).to_be_visible()
    page.set_input_files("input[name=photo]", {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": photo})
    expect(page.get_by_text("现场.jpg")).to_be_visible()
    page.get_by_label("附言").fill("已补装井盖，现场清理完毕")
    submit.click()


def test_a_report_is_seen_explained_and_handled(
    playwright: Playwright, district: District, desks: Callable[..., Desk]
) -> None:
    lon, lat = district.staffed_cell()
    desk = desks()
    desk.sign_in("dispatcher")
    desk.settle()
    expect(desk.page.get_by_text("演示数据，边界为合成")).to_be_visible()
    desk.look_at(lon, lat, 15.5)

    # It appears by itself, on the map and in the list.
    began = perf_counter()
    filed = report(playwright, district, lon, lat)
    no = filed["order_no"]
    desk.wait_drawn("orders-dot", f"p.no === '{no}'", ms=int(LIVE_S * 1000))
    assert perf_counter() - began < LIVE_S
    expect(desk.page.get_by_role("status").filter(has_text="新工单")).to_contain_text("井盖缺失")

    # A click on the dot says who answers, and why.
    desk.page.mouse.click(*desk.pixel(lon, lat))
    card = desk.page.get_by_role("region", name="工单详情")
    expect(card).to_contain_text(no)
    chosen = district.holder_of(no)
    # The resident was told a masked name at most; the desk sees the whole one.
    expect(card.get_by_text(f"为什么派给{district.name_of(chosen)}")).to_be_visible()
    expect(card).to_contain_text("属地负责")
    expect(card).to_contain_text(filed["cell"]["name"])
    expect(card).to_contain_text("定位精度 ±8 米")

    # Who is near, with lines and metres on the map.
    card.get_by_role("tab", name="摄像头").click()
    expect(card.locator(".near li").first).to_contain_text("米")
    desk.wait_drawn("overlay-chip", "p.kind === 'camera'", ms=5_000)
    card.get_by_role("tab", name="附近巡查员").click()
    desk.wait_drawn("overlay-chip", "p.kind === 'people'", ms=5_000)
    desk.keep("console")

    # The worker signs in and handles; the dispatcher's card follows by itself.
    worker = desks()
    worker.sign_in(district.login_of(chosen))
    worker.page.get_by_role("button", name="待办").click()
    worker.page.locator(f".pick[data-no='{no}']").click()
    worker.page.locator("[data-action=sign_in]").click()
    expect(card.locator(".holder")).to_contain_text("已签收", timeout=LIVE_S * 1000)
    worker.page.locator("[data-action=start]").click()
    expect(card.locator(".holder")).to_contain_text("处置中", timeout=LIVE_S * 1000)

    hand_in(worker, draw_photo(np.random.default_rng(7), district.clock.now()).read())
    expect(card.locator(".past")).to_contain_text("已补装井盖", timeout=LIVE_S * 1000)

    desk.page.get_by_role("button", name="展开详情").click()
    timeline = desk.page.get_by_role("region", name="过程")
    for action in ("上报", "派发", "签收", "开始处置", "提交结果"):
        expect(timeline).to_contain_text(action)
    expect(timeline).to_contain_text("诉求人 上报")
    expect(timeline.get_by_role("img").first).to_be_visible()
    desk.keep("order")


def test_a_call_is_registered_in_one_form(district: District, desks: Callable[..., Desk]) -> None:
    lon, lat = district.staffed_cell()
    desk = desks()
    desk.sign_in("dispatcher")
    desk.look_at(lon, lat, 15.5)
    page = desk.page
    page.get_by_role("button", name="登记").click()
    form = page.get_by_role("region", name="电话登记")
    form.get_by_role("button", name="登记派发").click()
    expect(form.get_by_role("alert")).to_contain_text("位置、类别、诉求")

    desk.settle()
    page.mouse.click(*desk.pixel(lon, lat))
    expect(form.get_by_role("status")).to_contain_text("网格员")
    form.get_by_label("类别").select_option("city.light")
    form.get_by_label("诉求").fill("三盏路灯不亮，晚上孩子放学看不清")
    form.get_by_label("来电人").fill("刘晓明")
    form.get_by_label("电话").fill("13912342806")
    desk.keep("register")
    form.get_by_role("button", name="登记派发").click()
    expect(form).to_contain_text("已派给")
    form.get_by_role("button", name="看工单").click()
    expect(page.get_by_role("region", name="工单详情")).to_contain_text("电话登记")


def test_two_at_once_one_is_told_who_was_first(
    playwright: Playwright, district: District, desks: Callable[..., Desk]
) -> None:
    lon, lat = district.staffed_cell()
    filed = report(playwright, district, lon, lat)
    no = filed["order_no"]
    chosen = district.holder_of(no)
    first, second = desks(), desks(deaf=True)
    for desk in (first, second):
        desk.sign_in(district.login_of(chosen))
        desk.page.locator(f".pick[data-no='{no}']").click()
        expect(desk.page.locator("[data-action=sign_in]")).to_be_visible()
    first.page.locator("[data-action=sign_in]").click()
    expect(first.page.locator(".holder")).to_contain_text("已签收")
    second.page.locator("[data-action=sign_in]").click()
    expect(second.page.get_by_role("alert")).to_contain_text(
        f"{district.name_of(chosen)}已先办理，本单已更新为「已签收」"
    )
    expect(second.page.locator("[data-action=start]")).to_be_visible()


def test_layers_and_keys(district: District, desks: Callable[..., Desk]) -> None:
    desk = desks()
    desk.sign_in("dispatcher")
    desk.settle()
    page = desk.page
    assert desk.drawn("orders-several-ring") > 0
    page.keyboard.press("l")
    page.get_by_text("工单热力", exact=True).click()
    page.get_by_role("button", name="时段").click()
    desk.wait_drawn("heat-fill", "p.n >= 5", ms=10_000)
    desk.keep("heat")

    before = page.get_by_role("slider", name="起").get_attribute("aria-valuenow")
    page.get_by_role("slider", name="起").press("ArrowRight")
    after = page.get_by_role("slider", name="起").get_attribute("aria-valuenow")
    assert int(after or 0) == int(before or 0) + 1

    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.get_by_role("region", name="工单详情")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(".pick[aria-current=true]")).to_have_count(1)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("没有这样的工单")
    expect(page.get_by_text("没有符合的工单。")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("region", name="快捷键")).to_be_visible()


def test_signing_in_says_what_is_wrong(district: District, desks: Callable[..., Desk]) -> None:
    desk = desks()
    page = desk.page
    expect(page.locator(".picture.drawn")).to_be_visible()
    expect(page.get_by_text("街道及以下边界为合成")).to_be_visible()
    page.wait_for_function("() => getComputedStyle(document.querySelector('.diagram')).opacity === '1'")
    page.screenshot(path=desk.shots / "signin.png")

    page.fill("input[name=login]", "dispatcher")
    page.fill("input[name=password]", "not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("button", name="切换语言").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
