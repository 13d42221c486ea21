"""Which fields each kind has, what they may hold, how sensitive they are, how they are masked."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from gisgov.identity.rules import mask_mobile, mask_name
from gisgov.kernel.errors import Invalid
from gisgov.registry.model import Kind, Record, Sensitivity

P, S = Sensitivity.PERSONAL, Sensitivity.SENSITIVE
R = TypeVar("R", bound=Record)


# ------------------------------------------------------------------ reading one value
def as_text(value: str) -> str:
    """Return the text."""
    return value


def as_int(value: str) -> int:
    """Return a whole number; `12.0`, as spreadsheets write it, is one."""
    number = float(value)
    if not number.is_integer():
        raise ValueError(value)
    return int(number)


def as_date(value: str) -> date:
    """Return a day written as 2026-11-20, 2026/11/20 or 20261120."""
    digits = value[:10].replace("/", "-")
    return date.fromisoformat(digits)


def as_flag(value: str) -> bool:
    """Return yes or no."""
    return {
        "1": True,
        "true": True,
        "是": True,
        "y": True,
        "0": False,
        "false": False,
        "否": False,
        "n": False,
    }[value.lower()]


def as_id_number(value: str) -> str:
    """Return a citizen's id number whose check digit is right (GB 11643)."""
    return str(ric.validate(value))


def one_of(*choices: str) -> Callable[[str], str]:
    """Return a reader that takes the choices alone."""

    def read(value: str) -> str:
        if value not in choices:
            raise ValueError(value)
        return value

    return read


def between(low: float, high: float) -> Callable[[str], float]:
    """Return a reader of numbers within bounds."""

    def read(value: str) -> float:
        number = float(value)
        if not low <= number <= high:
            raise ValueError(value)
        return number

    return read


@dataclass(frozen=True)
class Field:
    """One field of a kind; `titles` are the headings under which tables carry it."""

    name: str
    titles: tuple[str, ...] = ()
    read: Callable[[str], Any] = as_text
    required: bool = False
    sensitivity: Sensitivity = Sensitivity.OPEN
    default: Any = None


# Field terms and choices: HLJ 6.1.3.2, NJ 3.2.1, SG 1.1.2, 3.3 (data-model.md §2-4).
FIELDS: dict[Kind, tuple[Field, ...]] = {
    Kind.BUILDING: (
        Field("code", ("编码", "楼栋编码"), required=True),
        Field("name", ("名称", "楼栋名称"), required=True),
        Field("address", ("地址", "建筑物地址")),
        Field("floors", ("层数", "楼层数"), read=as_int),
    ),
    Kind.HOUSE: (
        Field("building_code", ("楼栋编码",), required=True),
        Field("unit", ("单元",)),
        Field("room", ("室", "房号"), required=True),
        Field("occupancy", ("房屋状态",), one_of("自住", "出租", "空置", "待查"), default="待查"),
        Field("group_rented", ("群租",), as_flag, default=False),
        Field("shared_rented", ("合租",), as_flag, default=False),
    ),
    Kind.PERSON: (
        Field("building_code", ("楼栋编码",), required=True),
        Field("unit", ("单元",)),
        Field("room", ("室", "房号"), required=True),
        Field("name", ("姓名",), required=True, sensitivity=P),
        Field("sex", ("性别",), one_of("男", "女")),
        Field("birth_date", ("出生日期",), as_date, sensitivity=P),
        Field(
            "residence_kind", ("人口类型",), one_of("户籍", "常住", "流动", "境外", "寄住"), default="常住"
        ),
        Field("id_number", ("证件号码", "公民身份证号"), as_id_number, sensitivity=S),
        Field("mobile", ("手机号码",), sensitivity=P),
    ),
    Kind.ADDRESS: (
        Field("text", ("地址", "标准地址"), required=True),
        Field("building_code", ("楼栋编码",)),
    ),
    Kind.CAMERA: (
        Field("code", ("编码", "设备编码"), required=True),
        Field("name", ("名称",), required=True),
        Field("category", ("类别",), one_of("治安", "交通", "安全生产", "社会"), default="社会"),
        Field("state", ("状态",), one_of("online", "offline"), default="online"),
        Field("heading_deg", ("朝向",), between(0, 360)),
        Field("fov_deg", ("视角",), between(1, 360)),
        Field("range_m", ("可视距离",), between(1, 5000)),
    ),
    Kind.PART: (
        Field("code", ("编码", "部件编码"), required=True),
        Field("part_class", ("大类",), required=True),
        Field("part_type", ("小类",), required=True),
        Field("state", ("状态",), default="完好"),
    ),
}

PLACED = frozenset({Kind.BUILDING, Kind.ADDRESS, Kind.CAMERA, Kind.PART})
"""Kinds with a geometry of their own; the others take their place from a building."""

MASKS: dict[str, Callable[[Any], Any]] = {
    "name": mask_name,
    "mobile": mask_mobile,
    "birth_date": lambda day: f"{day.year}-**-**",
    "id_number": lambda text: text,  # stored masked; there is nothing behind it
}
"""By field; a test finds one for every field that is not open."""


def masked(kind: Kind, record: R) -> R:
    """Return a record with its personal and sensitive fields masked."""
    hidden = {
        field.name: MASKS[field.name](getattr(record, field.name))
        for field in FIELDS[kind]
        if field.sensitivity is not Sensitivity.OPEN and getattr(record, field.name) is not None
    }
    return replace(record, **hidden)


def mask_id_number(number: str) -> str:
    """Keep the region and the last character of an id number."""
    return f"{number[:6]}***********{number[-1]}"


def fingerprint(number: str, key: bytes) -> bytes:
    """Return what an id number is matched by: a keyed digest, since there are few enough to try them all."""
    return hmac.digest(key, number.encode(), hashlib.sha256)


def read_row(kind: Kind, row: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the values of one row of a table whose keys are field names.

    Raises
    ------
    Invalid
        A value is missing (``registry.value_missing``) or cannot be read (``registry.value_bad``).
    """
    return {field.name: _read(field, row.get(field.name)) for field in FIELDS[kind]}


def columns_of(kind: Kind, headings: list[str]) -> dict[str, str]:
    """Return heading → field for the headings that are a field's name or one of its titles."""
    known = {title: field.name for field in FIELDS[kind] for title in (*field.titles, field.name)}
    return {heading: known[heading.strip()] for heading in headings if heading.strip() in known}


def _read(field: Field, value: str | None) -> Any:
    text = (value or "").strip()
    if not text:
        if field.required:
            raise Invalid("registry.value_missing", field=field.name)
        return field.default
    try:
        return field.read(text)
    except (ValueError, KeyError, ValidationError) as error:
        shown = text if field.sensitivity is Sensitivity.OPEN else "***"
        raise Invalid("registry.value_bad", field=field.name, value=shown) from error
