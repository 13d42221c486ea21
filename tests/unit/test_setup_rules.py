"""The workbook and the checks of its rows, without a database."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from gisgov.identity.model import Role
from gisgov.kernel.catalogue import message
from gisgov.kernel.errors import Invalid
from gisgov.setup import rules, workbook
from gisgov.setup.divisions import children, division
from gisgov.setup.forms import FORMS, ORGS, STAFFING, USERS, chosen
from gisgov.setup.model import Known, Line, Sheet
from gisgov.setup.workbook import Offered

KNOWN = Known(
    orgs={"centre": "指挥中心"},
    users={"old": "老用户"},
    areas=frozenset({"370112", "370112001"}),
    cells=frozenset({"c1", "c2"}),
    functions=frozenset({"城管"}),
)
OFFERED = Offered(
    ["370112"], ["c1", "c2"], ["城管"], [{"code": "centre", "name": "=1+1", "kind": "指挥中心 centre"}]
)


def org(row: int, code: str, **more: str) -> Line:
    return Line(Sheet.ORGS, row, {"code": code, "name": code.upper(), "kind": "部门"} | more)


def user(row: int, login: str, **more: str) -> Line:
    return Line(Sheet.USERS, row, {"login": login, "name": "张三", "role": "网格员"} | more)


def post(row: int, cell: str, login: str, name: str = "网格员 worker") -> Line:
    return Line(Sheet.STAFFING, row, {"cell": cell, "login": login, "post": name})


def told(*lines: Line) -> list[tuple[int, str, str]]:
    return [(p.row, p.column, p.code) for p in rules.plan(lines, KNOWN).problems]


def book(**sheets: list[list[object]]) -> BytesIO:
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    packed = BytesIO()
    made.save(packed)
    packed.seek(0)
    return packed


# ------------------------------------------------------------------ the workbook
def test_the_template_has_its_sheets_headings_drop_downs_and_an_example_that_is_not_read():
    packed = BytesIO(workbook.template(OFFERED))
    made = load_workbook(packed)
    assert [form.title in made.sheetnames for form in FORMS] == [True] * len(FORMS)
    for form in FORMS:
        sheet = made[form.title]
        assert [cell.value for cell in sheet[1]] == [column.heading for column in form.columns]
        assert sheet.freeze_panes == "A2"
        assert sheet["A2"].value.startswith("示例 EXAMPLE")
        offered = {str(rule.sqref)[0] for rule in sheet.data_validations.dataValidation}
        wanted = {"ABCDEFGH"[i] for i, c in enumerate(form.columns) if c.choices or c.names}
        assert offered == wanted
    assert made["列表 Lists"].sheet_state == "hidden"
    # a standing organisation is in it, and its name is text and no formula
    assert [(line.sheet, line.row, line.values["name"]) for line in workbook.read(packed)] == [
        (Sheet.ORGS, 3, "=1+1")
    ]


def test_sheets_and_columns_are_found_in_either_language_and_any_order():
    lines = workbook.read(
        book(
            Users=[
                ["Role", "姓名", "login", "手机 Mobile"],
                ["网格员", "张三", "zhang", 13812345678.0],
                [],
                ["x"],
            ]
        )
    )
    assert [(line.row, dict(line.values)) for line in lines] == [
        (2, {"role": "网格员", "name": "张三", "login": "zhang", "mobile": "13812345678"}),
        (4, {"role": "x", "name": "", "login": "", "mobile": ""}),
    ]


def broken(part: str, content: bytes) -> BytesIO:
    """Return a workbook with one part replaced."""
    packed = BytesIO()
    with ZipFile(book(人员=[["账号", "姓名", "角色"]])) as whole, ZipFile(packed, "w") as made:
        for name in whole.namelist():
            made.writestr(name, content if name == part else whole.read(name))
    packed.seek(0)
    return packed


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (BytesIO(b"no workbook"), "setup.not_excel"),
        (BytesIO(book(人员=[["账号"]]).getvalue()[:600]), "setup.not_excel"),
        (broken("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row><c"), "setup.not_excel"),
        (broken("xl/workbook.xml", b"<html/>"), "setup.no_sheet"),
        (broken("[Content_Types].xml", b"<Types/>"), "setup.not_excel"),
        (book(Other=[["a"]]), "setup.no_sheet"),
        (book(人员=[["姓名", "角色"], ["张三", "网格员"]]), "setup.column_missing"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_as_a_whole(content, code):
    with pytest.raises(Invalid) as refused:
        workbook.read(content)
    assert refused.value.code == code


def test_a_choice_is_known_by_code_or_title():
    choices = USERS.column("role").choices
    assert {
        chosen(choices, text) for text in ("grid_worker", "网格员", "Grid Worker", "网格员 Grid worker")
    } == {"grid_worker"}
    assert chosen(choices, "居民") is None
    assert STAFFING.column("post").choices is not None


# ------------------------------------------------------------------ rows
def test_good_rows_are_kept_and_parents_may_stand_below():
    plan = rules.plan(
        [org(3, "leaf", parent_code="top"), org(4, "top", parent_code="centre"),
         user(3, "Zhang", org_code="leaf", on_duty="是"), post(3, "c1", "ZHANG"), post(4, "c2", "old")],
        KNOWN,
    )  # fmt: skip
    assert plan.problems == []
    assert [line.values["code"] for line in plan.good[Sheet.ORGS]] == ["top", "leaf"]
    kept = plan.good[Sheet.USERS][0].values
    assert (kept["login"], kept["role"], kept["on_duty"]) == ("zhang", "grid_worker", "yes")
    assert len(plan.good[Sheet.STAFFING]) == 2


def test_every_bad_row_is_named_with_its_column():
    assert told(org(3, "a b")) == [(3, "code", "setup.cell_form")]
    assert told(org(3, "x", name="")) == [(3, "name", "setup.cell_empty")]
    assert told(org(3, "x", name="长" * 121)) == [(3, "name", "setup.cell_long")]
    assert told(org(3, "x"), org(4, "X")) == [(4, "code", "setup.row_twice")]
    assert told(org(3, "centre")) == [(3, "name", "setup.other_name")]
    assert told(org(3, "x", kind="部")) == [(3, "kind", "setup.choice_unknown")]
    assert told(org(3, "x", parent_code="y"), org(4, "y", parent_code="x")) == [
        (3, "parent_code", "setup.unknown_orgs"),
        (4, "parent_code", "setup.unknown_orgs"),
    ]
    assert told(user(3, "zz", area_code="nowhere")) == [(3, "area_code", "setup.unknown_areas")]
    assert told(user(3, "zz", mobile="call me")) == [(3, "mobile", "setup.cell_form")]
    assert told(user(3, "zz", role="部门处置人员")) == [(3, "org_code", "setup.org_needed")]
    assert told(user(3, "zz", role="街道负责人")) == [(3, "area_code", "setup.area_needed")]
    assert told(user(3, "zz", role="街道负责人", area_code="370112001")) == []
    assert told(user(3, "z")) == [(3, "login", "setup.cell_form")]
    assert told(post(3, "c9", "old")) == [(3, "cell", "setup.unknown_cells")]


def test_a_row_that_names_a_bad_row_is_bad_as_well():
    lines = (org(3, "x", kind="?"), user(3, "zz", org_code="x"), post(3, "c1", "zz"))
    assert [code for *_, code in told(*lines)] == [
        "setup.choice_unknown", "setup.unknown_orgs", "setup.unknown_users",
    ]  # fmt: skip
    counts = rules.tallies(lines, rules.plan(lines, KNOWN))
    assert [(one.rows, one.good, one.bad) for one in counts] == [(1, 0, 1), (1, 0, 1), (1, 0, 1), (0, 0, 0)]


def test_what_is_there_already_is_left_as_it_is():
    plan = rules.plan([org(3, "centre", name="指挥中心"), user(3, "OLD", name="老用户")], KNOWN)
    assert (plan.problems, plan.good[Sheet.ORGS], plan.good[Sheet.USERS]) == ([], [], [])
    assert len(plan.unchanged[Sheet.ORGS]) == len(plan.unchanged[Sheet.USERS]) == 1


def test_every_fault_has_words_with_its_placeholders():
    lines = [org(3, "a b"), org(4, "x", name=""), org(5, "y", name="长" * 121), org(6, "z", kind="?"),
             org(7, "w", parent_code="q"), org(8, "centre"), user(3, "u", area_code="q"),
             user(4, "v", role="部门处置人员"), post(3, "c9", "nobody"), post(4, "c9", "nobody")]  # fmt: skip
    problems = rules.plan(lines, KNOWN).problems
    assert len({problem.code for problem in problems}) >= 9
    for problem in problems:
        for language in ("zh", "en"):
            assert message(problem.code, language, dict(problem.params)).advice


REACH = [
    (Role.ADMIN, (1, 2), (None, None)),
    (Role.DISPATCHER, (None, 2), (9, None)),
    (Role.DISPATCHER, (1, 2), (1, None)),
    (Role.DEPARTMENT_HANDLER, (None, 2), (None, 2)),
    (Role.GRID_WORKER, (None, 2), (None, None)),
    (Role.LEADER, (None, 2), (9, None)),
    (Role.STREET_LEADER, (1, 2), (1, None)),
]


@pytest.mark.parametrize(("role", "stated", "given"), REACH)
def test_a_role_reaches_no_further_than_it_should(role, stated, given):
    assert rules.reach(role, *stated, root=9) == given


# ------------------------------------------------------------------ official codes
def test_the_official_codes_are_whole_and_nest():
    below = children()
    assert (len(below[""]), sum(map(len, below.values()))) == (31, 31 + 342 + 2_978 + 41_352)
    assert [street.name for street in below["370112"]][:2] == ["山大路街道", "洪家楼街道"]
    assert len(below["370112"]) == 17
    assert all(division(found.code) == found for found in (*below[""], *below["3701"]))
    assert {parent for parent in below if parent and division(parent) is None} == set()
    assert (division("999999"), division("37011")) == (None, None)


@pytest.mark.real_data
def test_the_official_codes_are_those_of_their_origin(real_data: Path):
    lines = (real_data / "china_division/streets.csv").read_text("utf-8").splitlines()[1:]
    names = {line.split(",")[0]: line.split(",")[1].strip('"') for line in lines}
    found = {
        street.code: street.name for below in children().values() for street in below if len(street.code) == 9
    }
    assert found == names


def test_the_forms_say_what_their_columns_are():
    for form in FORMS:
        assert set(form.key) <= {column.key for column in form.columns}
        assert len({column.heading for column in form.columns}) == len(form.columns)
    assert ORGS.column("kind").choices is not None
