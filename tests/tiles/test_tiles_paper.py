"""Layers on paper: one HTML file that asks for nothing, opened from disk with the network off."""

import os
import re
from collections import Counter
from random import Random

import pytest

from gisgov.analytics import service as analytics
from gisgov.kernel import configuration
from gisgov.kernel.errors import Invalid
from layers.catalog import Catalog
from layers.paper import paper, zoom_of

BOX = (116.99, 36.59, 117.11, 36.67)
CLOSE = (117.02, 36.60, 117.04, 36.62)
POINT = (117.03, 36.61)


@pytest.fixture
def opened(browser, tmp_path):
    """Open a paper from disk, offline; complain about every error and every request that is not the file."""
    context = browser.new_context(offline=True, viewport={"width": 1100, "height": 760})
    page = context.new_page()
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    page.on("requestfailed", lambda request: trouble.append(request.url))

    def show(made, name: str):
        file = tmp_path / f"{name}.html"
        made.save(str(file))
        page.goto(file.as_uri())
        page.wait_for_selector(".leaflet-container")
        page.screenshot(path=os.environ.get("GISGOV_SHOTS", str(tmp_path)) + f"/paper-{name}.png")
        assert trouble == []
        return page

    yield show
    context.close()


def strewn(town, count: int = 80) -> None:
    random = Random(5)
    for number in range(count):
        lamp = random.choice(["green", "yellow", "red"])
        lon, lat = random.uniform(117.0, 117.1), random.uniform(36.6, 36.66)
        town.order(lon, lat, lamp, major=number % 20 == 0)


def made(town, name: str, box=BOX, **given: str):
    layers = Catalog.load()
    return paper(town.tx, layers.get(name), box, given, layers.get("areas"))


@pytest.mark.browser
def test_orders_draw_offline_by_shape_and_character(town, opened):
    for lamp in ("green", "yellow", "yellow", "red"):
        town.order(POINT[0], POINT[1], lamp)
    page = opened(made(town, "orders", CLOSE), "orders")
    signs = page.locator(".leaflet-marker-pane .sign")
    assert signs.count() == 4
    shapes = Counter(
        re.search(r"<(circle|path)[^>]*fill=\"(#\w+)", signs.nth(at).inner_html()).group(2) for at in range(4)
    )
    assert shapes == {"#FFFFFF": 1, "#F2A81D": 2, "#C4242B": 1}
    assert all("城" in signs.nth(at).inner_text() for at in range(4))
    assert page.locator("#legend li").count() == 5
    assert "超时" in page.locator("#legend").inner_text()


@pytest.mark.browser
def test_from_afar_orders_draw_as_counts(town, opened):
    strewn(town)
    wide = (116.9, 36.4, 117.4, 36.9)
    assert zoom_of(wide) < 13
    page = opened(made(town, "orders", wide), "orders-wide")
    assert sum(int(text) for text in page.locator(".leaflet-marker-pane .sign").all_inner_texts()) == 80


@pytest.mark.browser
def test_heat_draws_offline_and_says_that_it_is_synthetic(town, opened):
    for _ in range(30):
        town.order(*POINT)
    strewn(town, 200)
    analytics.rebuild(town.tx)
    configuration.put(town.tx, "demo", {"synthetic": True, "seed": 1})
    page = opened(made(town, "heat"), "heat")
    drawn = page.evaluate("""() => {
        const map = Object.values(window).find((value) => value instanceof L.Map)
        let hexagons = 0
        map.eachLayer((layer) => { if (layer.feature && layer.feature.properties.hex) hexagons += 1 })
        return hexagons
    }""")
    assert drawn > 3
    painted = page.evaluate("""() => {
        const canvas = document.querySelector('.leaflet-overlay-pane canvas')
        return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0)
    }""")
    assert painted
    assert "演示数据，边界为合成" in page.locator("#legend").inner_text()


@pytest.mark.browser
def test_boundaries_draw_offline(town, opened):
    page = opened(made(town, "cells"), "cells")
    assert page.locator("#legend").inner_text().startswith("网格")


def test_a_title_is_text_and_never_markup(town):
    town.order(*POINT, title="</script><img src=x onerror=alert(1)>")
    page = made(town, "orders", CLOSE).get_root().render()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page or r"\u0026lt;img src=x" in page


@pytest.mark.parametrize("name", [layer.id for layer in Catalog.load()])
def test_no_layer_s_paper_names_another_host(town, name):
    town.order(*POINT)
    page = made(town, name, CLOSE).get_root().render()
    assert not re.findall(
        r"""(?:src|href)=["']?(?:https?:)?//[^"'> ]+""", page.replace("https://leafletjs.com", "")
    )


def test_paper_shows_only_what_the_scope_holds(town):
    strewn(town)
    layers = Catalog.load()
    drawn = [
        paper(tx, layers.get("orders"), CLOSE).get_root().render().count("20261120-")
        for tx in (town.tx, town.in_street("west"), town.in_street("east"), town.sub())
    ]
    assert drawn[0] == drawn[1] > 0
    assert drawn[2:] == [0, 0]


def test_paper_takes_the_parameters_of_tiles(town):
    with pytest.raises(Invalid):
        made(town, "orders", lamp="blue")
