"""Those who work in the district: grid workers, their substitutes, leaders of streets, and the departments."""

from __future__ import annotations

import numpy as np

from gisgov.demo.accounts import DEPARTMENTS, OFFICE
from gisgov.demo.cutting import allocate
from gisgov.demo.homes import invented_names
from gisgov.demo.model import Grid, Ints, Size, Staff, Texts, generator

OFF_DUTY_SHARE = 0.14
NOBODY_SHARE = 0.01
NO_WORKER_SHARE = 0.03
LEADERS_PER_STREET = 2


def make_staff(grid: Grid, size: Size, seed: int) -> Staff:
    """Man the district with ``size.staff`` people: the office, departments, leaders, and workers with their cells."""
    rng = generator(seed, "staff")
    office = [(login, post, org) for login, post, org, _ in OFFICE]
    office += [(d.login, f"{d.function}处置员", d.code) for d in DEPARTMENTS]
    leaders = [
        (f"street{i * LEADERS_PER_STREET + k + 1:02d}", ("街道网格长", "街道副网格长")[k], street.code)
        for k in range(LEADERS_PER_STREET)
        for i, street in enumerate(grid.streets)
    ]
    leaders = [(f"street{n + 1:02d}", post, org) for n, (_, post, org) in enumerate(leaders)]
    workers = size.staff - len(office) - len(leaders)
    each = allocate(workers, np.bincount(grid.street_of, minlength=len(grid.streets)).astype(float), least=1)
    worker_street = np.repeat(np.arange(len(grid.streets)), each)
    rows = [
        *office,
        *leaders,
        *((f"worker{n + 1:03d}", "网格员", grid.streets[s].code) for n, s in enumerate(worker_street)),
    ]
    first = len(office) + len(leaders)
    worker_of, substitute_of = _beats(grid, each, first)
    leader_of = len(office) + grid.street_of
    gaps = rng.random(len(grid.cells))
    worker_of = np.where(gaps < NO_WORKER_SHARE, -1, worker_of)
    nobody = gaps < NOBODY_SHARE
    on_duty = np.ones(len(rows), dtype=bool)
    on_duty[first:] = rng.random(workers) >= OFF_DUTY_SHARE
    on_duty[first] = True
    return Staff(
        logins=_texts([row[0] for row in rows]),
        names=invented_names(len(rows), rng),
        posts=_texts([row[1] for row in rows]),
        org_codes=_texts([row[2] for row in rows]),
        mobiles=_texts(
            [
                f"1{a}{b:08d}"
                for a, b in zip(
                    rng.choice([30, 31, 38, 39, 50, 51, 58, 86, 87], len(rows)),
                    rng.integers(0, 10**8, len(rows)),
                    strict=True,
                )
            ]
        ),
        on_duty=on_duty,
        worker_of=worker_of,
        substitute_of=np.where(nobody, -1, substitute_of),
        leader_of=np.where(nobody, -1, leader_of),
    )


def _beats(grid: Grid, each: Ints, first: int) -> tuple[Ints, Ints]:
    """Give the cells of a street, in order of their communities, in runs to its workers; the next one stands in."""
    worker = np.full(len(grid.cells), -1, dtype=np.int64)
    substitute = worker.copy()
    begin = first
    for street, many in enumerate(each.tolist()):
        cells = np.flatnonzero(grid.street_of == street)
        run = np.arange(len(cells)) * many // len(cells)
        worker[cells] = begin + run
        substitute[cells] = begin + (run + 1) % many
        begin += many
    return worker, np.where(substitute == worker, -1, substitute)


def _texts(values: list[str]) -> Texts:
    return np.array(values, dtype=object)
