"""The sheets of the workbook and their columns: one table that the template, the reader and the checks share."""

from collections.abc import Mapping
from dataclasses import dataclass

from gisgov.grids.model import Post
from gisgov.identity.model import Role
from gisgov.identity.rules import ROLE_TITLES
from gisgov.setup.model import Sheet

Choices = Mapping[str, tuple[str, str]]
"""Code → Chinese and English title."""

ROLES: Choices = {role.value: titles for role, titles in ROLE_TITLES.items() if role is not Role.RESIDENT}
POSTS: Choices = {
    Post.WORKER.value: ("网格员", "worker"),
    Post.SUBSTITUTE.value: ("替补", "substitute"),
    Post.LEADER.value: ("网格长", "leader"),
}
YES_NO: Choices = {"yes": ("是", "yes"), "no": ("否", "no")}
KINDS: Choices = {
    "government": ("政府", "government"),
    "centre": ("指挥中心", "centre"),
    "department": ("部门", "department"),
    "street": ("街道办", "street office"),
    "community": ("社区", "community"),
    "company": ("企业", "company"),
    "other": ("其他", "other"),
}


@dataclass(frozen=True)
class Column:
    """One column of a sheet.

    Attributes
    ----------
    choices
        The only values, where there are few.
    names
        What the values name: ``orgs``, ``users``, ``areas``, ``cells`` or ``functions``.
    pattern
        Regular expression the whole text has to match.
    """

    key: str
    zh: str
    en: str
    example: str
    about_zh: str
    about_en: str
    required: bool = False
    choices: Choices | None = None
    names: str | None = None
    pattern: str | None = None
    longest: int = 60

    @property
    def heading(self) -> str:
        """The text in the first row."""
        return f"{self.zh} {self.en}"


@dataclass(frozen=True)
class Form:
    """One sheet; `key` names the columns by which two rows are the same."""

    sheet: Sheet
    zh: str
    en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def title(self) -> str:
        """The name of the sheet."""
        return f"{self.zh} {self.en}"

    def column(self, key: str) -> Column:
        """Return a column by its key."""
        return next(column for column in self.columns if column.key == key)


CODE, LOGIN = r"[\w.@-]+", r"[\w.@-]{2,}"

ORGS = Form(Sheet.ORGS, "机构", "Organisations", ("code",), (
    Column("code", "编码", "Code", "cg", "唯一的短编码", "a short code of its own", True, pattern=CODE),
    Column("name", "名称", "Name", "城市管理局", "全称", "full name", True, longest=120),
    Column("kind", "类型", "Kind", "部门", "从列表选择", "choose from the list", True, choices=KINDS),
    Column("parent_code", "上级编码", "Parent code", "", "上级机构的编码", "code of the organisation above", names="orgs"),
    Column("area_code", "区划编码", "Area code", "", "所在区划", "the area it sits in", names="areas"),
))  # fmt: skip

USERS = Form(Sheet.USERS, "人员", "Users", ("login",), (
    Column("login", "账号", "Login", "zhangsan", "登录名", "what one signs in with", True, pattern=LOGIN),
    Column("name", "姓名", "Name", "张三", "", "", True),
    Column("mobile", "手机", "Mobile", "13800000000", "", "", pattern=r"\+?[\d -]{5,20}", longest=30),
    Column("org_code", "机构编码", "Organisation", "cg", "见机构表", "see the sheet of organisations", names="orgs"),
    Column("post", "岗位", "Position", "巡查员", "职务名称", "title of the position"),
    Column("role", "角色", "Role", "网格员", "从列表选择", "choose from the list", True, choices=ROLES),
    Column("area_code", "区划编码", "Area code", "", "职权范围，空为全区；街道和社区负责人必填", "where the role holds; empty: everywhere, but for heads of streets and communities", names="areas"),
    Column("on_duty", "在岗", "On duty", "是", "首次登录前是否在岗", "whether on duty from the beginning", choices=YES_NO),
))  # fmt: skip

STAFFING = Form(Sheet.STAFFING, "网格配员", "Staffing", ("cell", "login", "post"), (
    Column("cell", "网格编码", "Cell", "370112001001001", "已发布的基础网格", "a published cell of the basic network", True, names="cells"),
    Column("login", "账号", "Login", "zhangsan", "见人员表", "see the sheet of users", True, names="users"),
    Column("post", "职责", "Post", "网格员", "从列表选择", "choose from the list", True, choices=POSTS),
))  # fmt: skip

FUNCTIONS = Form(Sheet.FUNCTIONS, "职能分工", "Functions", ("function", "cell"), (
    Column("function", "职能", "Function", "城管", "类别所属职能", "the function of categories", True, names="functions"),
    Column("org_code", "机构编码", "Organisation", "cg", "由谁负责", "who answers for it", True, names="orgs"),
    Column("cell", "网格编码", "Cell", "", "空为全部网格", "empty: every cell", names="cells"),
))  # fmt: skip

FORMS = (ORGS, USERS, STAFFING, FUNCTIONS)
"""In the order in which they are kept: later ones name what earlier ones make."""


def form_of(sheet: Sheet) -> Form:
    """Return the form of a sheet."""
    return next(form for form in FORMS if form.sheet is sheet)


def chosen(choices: Choices, text: str) -> str | None:
    """Return the code that a text stands for: the code itself, or a title in either language or both."""
    wanted = text.casefold()
    for code, (zh, en) in choices.items():
        if wanted in {code.casefold(), zh.casefold(), en.casefold(), f"{zh} {en}".casefold()}:
            return code
    return None
