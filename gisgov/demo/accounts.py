"""Departments, the office, and the accounts that a visitor is told of."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "gisgov-demo"  # noqa: S105  what the start prints for everybody to see


@dataclass(frozen=True)
class Department:
    """A department of the district and the function it answers for in every cell."""

    code: str
    name: str
    function: str
    login: str


DEPARTMENTS = (
    Department("dept_cg", "区城市管理局", "城管", "dept_cg"),
    Department("dept_ga", "公安分局", "公安", "dept_ga"),
    Department("dept_yj", "区应急管理局", "应急", "dept_yj"),
    Department("dept_sc", "区市场监督管理局", "市场监管", "dept_sc"),
    Department("dept_hb", "生态环境分局", "环保", "dept_hb"),
    Department("dept_jt", "区交通运输局", "交通", "dept_jt"),
    Department("dept_wj", "区卫生健康局", "卫健", "dept_wj"),
    Department("dept_mz", "区民政局", "民政", "dept_mz"),
    Department("dept_sf", "区司法局", "司法", "dept_sf"),
    Department("dept_xf", "消防救援大队", "消防", "dept_xf"),
)

OFFICE = (
    # login, post, organisation, role
    ("admin", "系统管理员", "centre", "admin"),
    ("dispatcher", "调度员", "centre", "dispatcher"),
    ("chief", "值班长", "centre", "duty_chief"),
    ("leader", "区领导", "district", "leader"),
    ("gis", "GIS 工程师", "centre", "gis_staff"),
    ("auditor", "审核员", "centre", "auditor"),
)


def accounts() -> list[tuple[str, str]]:
    """Return login and post of the accounts that a visitor is told of."""
    shown = [(login, post) for login, post, _, _ in OFFICE]
    return [*shown, ("street01", "街道网格长"), ("worker001", "网格员"), ("dept_cg", "城管处置员")]
