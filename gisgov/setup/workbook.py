"""The Excel workbook: written as a template with drop-downs, read back as rows of text."""

import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any, BinaryIO

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from gisgov.kernel.errors import Invalid
from gisgov.setup.forms import FORMS, ORGS, USERS, Column, Form
from gisgov.setup.model import Line

EXAMPLE = ("示例", "example")
"""How the first cell of a row begins that is shown and not read."""

LAST_ROW = 5_000
"""Down to here the template offers its drop-downs."""

MAX_ROWS = 20_000
MAX_UNPACKED = 200_000_000
"""More bytes than this in a packed file are no list of people."""

LISTS, NOTES = "列表 Lists", "说明 Notes"
HEAD = PatternFill("solid", fgColor="E8EEF7")
GREY = Font(color="808080", italic=True)
TEXT = "@"
"""Excel's format for text: codes keep their leading zeros."""


@dataclass(frozen=True)
class Offered:
    """What the drop-downs of a template offer beside the fixed choices, and the organisations that stand in it."""

    areas: Sequence[str]
    cells: Sequence[str]
    functions: Sequence[str]
    orgs: Sequence[Mapping[str, str]]


# ------------------------------------------------------------------ writing
def template(offered: Offered) -> bytes:
    """Return a workbook to be filled in: one sheet for each form, notes, and hidden lists behind the drop-downs."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    _notes(first)
    lists = _Lists(book, offered)
    for form in FORMS:
        _write_form(book.create_sheet(form.title), form, lists, offered.orgs if form is ORGS else ())
    book.move_sheet(LISTS, len(FORMS))
    packed = BytesIO()
    book.save(packed)
    return packed.getvalue()


def _notes(sheet: Worksheet) -> None:
    sheet.title = NOTES
    rows = [("表 Sheet", "列 Column", "必填 Required", "说明", "About")]
    rows += [
        (form.title, column.heading, "●" if column.required else "", column.about_zh, column.about_en)
        for form in FORMS
        for column in form.columns
    ]
    for number, row in enumerate(rows, 1):
        _put_row(sheet, number, row)
    for number, width in enumerate((22, 24, 16, 28, 44), 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    _head(sheet)


class _Lists:
    """The hidden sheet that holds what drop-downs offer."""

    def __init__(self, book: Workbook, offered: Offered) -> None:
        self._sheet = book.create_sheet(LISTS)
        self._sheet.sheet_state = "hidden"
        self._offered = {"areas": offered.areas, "cells": offered.cells, "functions": offered.functions}
        self._columns = 0

    def source(self, column: Column) -> str | None:
        """Return the range that a column's drop-down shows; organisations and users are those of their sheets."""
        if column.names in {"orgs", "users"}:
            form = ORGS if column.names == "orgs" else USERS
            return f"'{form.title}'!$A$3:$A${LAST_ROW}"
        if column.choices is not None:
            return self._kept([f"{zh} {en}" for zh, en in column.choices.values()])
        return self._kept(self._offered[column.names]) if column.names else None

    def _kept(self, values: Sequence[str]) -> str | None:
        if not values:
            return None
        self._columns += 1
        for row, value in enumerate(values, 1):
            _put(self._sheet, row, self._columns, value)
        letter = get_column_letter(self._columns)
        return f"'{LISTS}'!${letter}$1:${letter}${len(values)}"


def _write_form(sheet: Worksheet, form: Form, lists: _Lists, rows: Iterable[Mapping[str, str]]) -> None:
    _put_row(sheet, 1, [column.heading for column in form.columns])
    examples = [column.example for column in form.columns]
    _put_row(sheet, 2, [f"{EXAMPLE[0]} {EXAMPLE[1].upper()} {examples[0]}", *examples[1:]])
    for cell in sheet[2]:
        cell.font = GREY
    for number, row in enumerate(rows, 3):
        _put_row(sheet, number, [row.get(column.key, "") for column in form.columns])
    for number, column in enumerate(form.columns, 1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = 26
        sheet.column_dimensions[letter].number_format = TEXT
        source = lists.source(column)
        if source is not None:
            _offer(sheet, f"{letter}3:{letter}{LAST_ROW}", source, strict=column.choices is not None)
    _head(sheet)


def _offer(sheet: Worksheet, cells: str, source: str, *, strict: bool) -> None:
    """Give cells a drop-down; one of names only warns, because the installation may know more than the sheet."""
    offer = DataValidation("list", formula1=f"={source}", allow_blank=True, showErrorMessage=True)
    offer.errorStyle = "stop" if strict else "warning"
    offer.error = "请从列表选择 / choose from the list"
    offer.add(cells)
    sheet.add_data_validation(offer)


def _head(sheet: Worksheet) -> None:
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), HEAD
        cell.alignment = Alignment(vertical="center")
    sheet.freeze_panes = "A2"


def _put_row(sheet: Worksheet, row: int, texts: Sequence[str]) -> None:
    for column, text in enumerate(texts, 1):
        _put(sheet, row, column, text)


def _put(sheet: Worksheet, row: int, column: int, text: str) -> None:
    cell = sheet.cell(row, column, text or None)
    if text:
        cell.data_type = "s"  # a name that begins with = is no formula
    cell.number_format = TEXT


# ------------------------------------------------------------------ reading
_BROKEN = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, EOFError, KeyError, NotImplementedError, OSError,
    RuntimeError, SyntaxError, ValueError,
)  # fmt: skip
"""What the library raises on files that are no workbooks, or broken ones."""


def read(file: BinaryIO) -> list[Line]:
    """Return the filled rows of every known sheet; sheets may be missing, columns may stand in any order.

    Raises
    ------
    Invalid
        The file is no workbook, holds none of the sheets, or a sheet lacks a column that is required.
    """
    try:
        with zipfile.ZipFile(file) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
                raise Invalid("setup.too_many_rows", field="file", most=MAX_ROWS)
        file.seek(0)
        # rows are read while they are asked for, so what is broken shows as late as that
        return _read(load_workbook(file, read_only=True, data_only=True))
    except _BROKEN:
        raise Invalid("setup.not_excel", field="file") from None


def _read(book: Any) -> list[Line]:
    found = [(form, sheet) for form in FORMS for sheet in book.worksheets if _is(sheet.title, form)]
    if not found:
        raise Invalid("setup.no_sheet", field="file", sheets=", ".join(form.title for form in FORMS))
    lines: list[Line] = []
    for form, sheet in found:
        filled = list(islice(_lines(form, sheet), MAX_ROWS + 1))
        if len(filled) > MAX_ROWS:
            raise Invalid("setup.too_many_rows", field="file", most=MAX_ROWS)
        lines += filled
    return lines


def _is(title: str, form: Form) -> bool:
    return title.strip().casefold() in {form.zh, form.en.casefold(), form.title.casefold()}


def _lines(form: Form, sheet: Any) -> Iterator[Line]:
    rows = sheet.iter_rows(values_only=True)
    heads = [_text(value).casefold() for value in next(rows, ())]
    at = {column.key: place for column in form.columns if (place := _place(column, heads)) is not None}
    missing = [column.heading for column in form.columns if column.required and column.key not in at]
    if missing:
        raise Invalid("setup.column_missing", field="file", sheet=form.title, columns=", ".join(missing))
    for number, cells in enumerate(rows, 2):
        texts = {key: _text(cells[place]) if place < len(cells) else "" for key, place in at.items()}
        if any(texts.values()) and not _text(cells[0]).casefold().startswith(EXAMPLE):
            yield Line(form.sheet, number, texts)


def _place(column: Column, heads: Sequence[str]) -> int | None:
    known = {column.heading.casefold(), column.zh, column.en.casefold(), column.key}
    return next((place for place, head in enumerate(heads) if head in known), None)


def _text(value: object) -> str:
    """Return a cell as people wrote it, on one line; whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    words = " ".join(str(value).split())
    return "".join(letter for letter in words if letter.isprintable())
