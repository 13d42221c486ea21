from datetime import date

import pytest

from gisgov.kernel.errors import Invalid
from gisgov.registry import rules
from gisgov.registry.keys import matching_key
from gisgov.registry.model import House, Kind, Person, Sensitivity

PERSON = Person(1, 2, "王小明", "男", date(1980, 5, 17), "户籍", "370112***********4", "13812345678", 9)


def test_every_sensitive_field_has_a_mask():
    sensitive = {
        f.name for fields in rules.FIELDS.values() for f in fields if f.sensitivity is not Sensitivity.OPEN
    }
    assert sensitive == set(rules.MASKS)


def test_person_is_masked_and_house_is_not():
    shown = rules.masked(Kind.PERSON, PERSON)
    assert (shown.name, shown.birth_date, shown.mobile) == ("王**", "1980-**-**", "138****5678")
    house = House(1, 2, "1", "301", "出租", group_rented=False, shared_rented=False, cell_id=None)
    assert rules.masked(Kind.HOUSE, house) == house


def test_people_have_no_geometry():
    assert Kind.PERSON not in rules.PLACED
    assert not {"lon", "lat", "geom"} & set(Person.__dataclass_fields__)


def row(**more):
    return {"building_code": "B1", "room": "301", "name": "王小明"} | more


def test_row_is_read_with_defaults():
    read = rules.read_row(Kind.PERSON, row(birth_date="1980/05/17", id_number="11010519491231002x", sex=" "))
    assert read["birth_date"] == date(1980, 5, 17)
    assert read["id_number"] == "11010519491231002X"
    assert (read["sex"], read["residence_kind"]) == (None, "常住")


@pytest.mark.parametrize(
    ("bad", "field", "code"),
    [
        ({"name": " "}, "name", "registry.value_missing"),
        ({"sex": "x"}, "sex", "registry.value_bad"),
        ({"birth_date": "1980-13-01"}, "birth_date", "registry.value_bad"),
        ({"id_number": "110105194912310021"}, "id_number", "registry.value_bad"),
    ],
)
def test_bad_values_are_named_and_secrets_are_not_repeated(bad, field, code):
    with pytest.raises(Invalid) as error:
        rules.read_row(Kind.PERSON, row(**bad))
    assert (error.value.field, error.value.code) == (field, code)
    if field == "id_number":
        assert error.value.params["value"] == "***"


def test_headings_in_the_documents_words_are_understood():
    found = rules.columns_of(Kind.CAMERA, ["名称", " 编码 ", "朝向", "备注", "state"])
    assert found == {"名称": "name", " 编码 ": "code", "朝向": "heading_deg", "state": "state"}


def test_numbers_of_spreadsheets_and_flags():
    assert rules.as_int("12.0") == 12
    assert rules.as_flag("是")
    assert not rules.as_flag("FALSE")
    for wrong in ("12.5", "x"):
        with pytest.raises(ValueError, match=wrong):
            rules.as_int(wrong)


def test_id_numbers_match_only_under_the_same_key():
    number = "11010519491231002X"
    assert (
        rules.fingerprint(number, b"a") == rules.fingerprint(number, b"a") != rules.fingerprint(number, b"b")
    )
    assert rules.mask_id_number(number) == "110105***********X"
    assert number.encode() not in rules.fingerprint(number, b"a")


def test_key_is_drawn_once_and_private(migrated, tmp_path):
    own = migrated.model_copy(update={"data_dir": tmp_path / "new"})
    key = matching_key(own)
    assert len(key) == 32
    assert matching_key(own) == key
    assert (own.data_dir / "registry.key").stat().st_mode & 0o077 == 0
    assert matching_key(own.model_copy(update={"secret_key": "stated"})) == b"stated"
