"""Small figures: what is shown of people must not let anybody work out what is hidden."""

from itertools import product

import pytest

from gisgov.analytics.rules import hex_res, people_band, people_of_cell


@pytest.mark.parametrize(
    ("n", "band"), [(0, None), (4, None), (5, 5), (19, 5), (20, 20), (99, 50), (500, 500), (1203, 500)]
)
def test_bands_of_buildings(n, band):
    assert people_band(n) == band


@pytest.mark.parametrize(
    ("buildings", "figure"),
    [
        ([], None),
        ([0, 0], None),
        ([4], None),
        ([5], 5),
        ([7], 5),
        ([8], 10),
        ([1, 1], 5),
        ([120, 33, 2], 155),
    ],
)
def test_figures_of_cells(buildings, figure):
    assert people_of_cell(buildings) == figure


def test_every_zoom_has_a_hexagon():
    assert [hex_res(zoom) for zoom in (0, 10, 11, 12, 13, 22)] == [7, 7, 8, 8, 9, 9]


@pytest.mark.parametrize("shown", [[], [5], [19], [20, 49], [49, 49, 49, 49], [5, 11, 18, 333]])
@pytest.mark.parametrize("hidden", [1, 2, 3])
def test_whatever_is_hidden_the_shown_figures_are_the_same(shown, hidden):
    told = {
        (people_of_cell([*shown, *small]), *(people_band(n) for n in [*shown, *small]))
        for small in product((1, 2, 3, 4), repeat=hidden)
    }
    assert len(told) == 1
