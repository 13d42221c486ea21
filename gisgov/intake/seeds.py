"""Sources and categories an installation starts with; both are tables that may be changed (D-02, D-04).

The eleven major classes follow SG 2.2 and 2.5; their characters and the minor classes are ours.
"""

from dataclasses import replace
from typing import Any

from gisgov.intake.model import Category, Closure, FirstHop, Source

_GRID, _DESK = FirstHop.GRID, FirstHop.DESK

# W-01: resident, patrol and devices with a point go to the grid; 12345, mailboxes and letters to the desk.
SOURCES = (
    Source("resident", "居民上报", "resident", "public", _GRID),
    Source("patrol", "巡查发现", "grid patrol", "staff", _GRID),
    Source("telephone", "电话登记", "telephone", "staff", _GRID),
    Source("superior", "上级交办", "superior", "staff", _DESK),
    Source("letter", "来信来访", "letters and visits", "staff", _DESK),
    Source("mailbox", "领导信箱", "leader's mailbox", "staff", _DESK),
    Source("12345", "12345 热线", "12345 hotline", "system", _DESK),
    Source("110", "110 非警务", "110, non-police", "system", _GRID),
    Source("camera", "视频感知", "camera", "system", _GRID),
    Source("sensor", "物联感知", "sensor", "system", _GRID),
    Source("city_app", "城市应用", "city app", "system", _GRID),
)

_AUTO, _REVIEW, _CHECK = Closure.AUTO, Closure.REVIEW, Closure.SITE_CHECK

# (code, zh, en, character, function, closure, minor classes: (code, zh, en[, closure[, major]]))
_CLASSES: tuple[tuple[str, str, str, str, str, Closure, tuple[tuple[Any, ...], ...]], ...] = (
    ("health", "卫生健康", "health", "卫", "卫健", _REVIEW, (
        ("clinic", "无证行医", "unlicensed clinic"),
        ("epidemic", "传染病疫情", "infectious disease", _REVIEW, True),
        ("animal", "犬只管理", "dogs", _AUTO),
    )),
    ("welfare", "社会保障", "social security", "保", "民政", _REVIEW, (
        ("aid", "困难救助", "hardship aid"),
        ("elderly", "老人关爱", "care of the elderly", _AUTO),
        ("wage", "拖欠工资", "unpaid wages"),
        ("disabled", "残疾人服务", "services for the disabled"),
    )),
    ("security", "社会治安", "public order", "治", "公安", _REVIEW, (
        ("theft", "盗窃线索", "theft"),
        ("gathering", "人员聚集", "gathering", _REVIEW, True),
        ("rental", "出租房隐患", "rental housing"),
        ("noise", "噪声扰民", "noise", _AUTO),
    )),
    ("city", "城市管理", "city management", "城", "城管", _AUTO, (
        ("light", "路灯损坏", "street light out"),
        ("manhole", "井盖缺失", "missing manhole cover", _CHECK),
        ("stall", "占道经营", "street stall"),
        ("illegal_build", "违法建设", "illegal building", _CHECK),
        ("advert", "乱贴广告", "illegal advert"),
        ("road", "道路破损", "broken road", _REVIEW),
        ("green", "绿化破坏", "damaged greenery"),
    )),
    ("environment", "生态环境", "environment", "环", "环保", _AUTO, (
        ("litter", "暴露垃圾", "litter"),
        ("water", "污水外溢", "sewage", _REVIEW),
        ("smoke", "油烟扬尘", "smoke and dust", _REVIEW),
        ("river", "河道污染", "river pollution", _CHECK),
        ("burning", "露天焚烧", "open burning"),
    )),
    ("safety", "安全生产", "work safety", "安", "应急", _REVIEW, (
        ("hazard", "安全隐患", "hazard", _CHECK),
        ("gas", "燃气泄漏", "gas leak", _CHECK, True),
        ("site", "工地隐患", "building site", _CHECK),
        ("wire", "飞线充电", "unsafe charging"),
    )),
    ("traffic", "交通出行", "traffic", "交", "交通", _AUTO, (
        ("parking", "违规停车", "illegal parking"),
        ("bike", "共享单车乱放", "shared bicycles"),
        ("signal", "信号灯故障", "traffic signal out", _REVIEW),
        ("jam", "交通拥堵", "congestion"),
        ("sign", "标志标线缺损", "missing road signs", _REVIEW),
    )),
    ("dispute", "矛盾纠纷", "disputes", "纠", "司法", _REVIEW, (
        ("neighbour", "邻里纠纷", "neighbours"),
        ("property", "物业纠纷", "property management"),
        ("family", "家庭纠纷", "family"),
        ("consumer", "消费纠纷", "consumer"),
    )),
    ("food", "食品药品", "food and drugs", "食", "市场监管", _REVIEW, (
        ("restaurant", "餐饮卫生", "restaurant hygiene"),
        ("expired", "过期食品", "expired food"),
        ("drug", "药品销售", "sale of drugs"),
    )),
    ("fire", "消防", "fire", "消", "消防", _REVIEW, (
        ("blaze", "火情", "fire", _REVIEW, True),
        ("lane", "占用消防通道", "blocked fire lane", _AUTO),
        ("equipment", "消防设施损坏", "broken fire equipment", _CHECK),
    )),
    ("other", "其他", "other", "他", "综治", _AUTO, (
        ("advice", "意见建议", "advice"),
        ("lost", "走失求助", "missing person", _REVIEW),
    )),
)  # fmt: skip


def _minor(
    major: Category, code: str, zh: str, en: str, closure: Closure | None = None, urgent: bool = False
) -> Category:
    return replace(
        major,
        code=f"{major.code}.{code}",
        parent_code=major.code,
        name_zh=zh,
        name_en=en,
        closure_policy=closure or major.closure_policy,
        major=urgent,
    )


def categories() -> list[Category]:
    """Every category of the seed, parents first; a minor class bears its parent's code before the dot."""
    rows: list[Category] = []
    for code, zh, en, char, function, closure, minors in _CLASSES:
        major = Category(code, None, zh, en, char, function, closure)
        rows += [major, *(_minor(major, *minor) for minor in minors)]
    return rows
