"""The kernel's values: scopes, snapshots, life cycles, versioned copies, language."""

from enum import StrEnum
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, column

from gisgov.kernel.actor import NOBODY, SYSTEM, Actor
from gisgov.kernel.catalogue import negotiate
from gisgov.kernel.errors import Conflict, Invalid, NotAllowed, NotSignedIn
from gisgov.kernel.lifecycle import Lifecycle, Step
from gisgov.kernel.scope import EVERYTHING, NOTHING, Scope
from gisgov.kernel.snapshot import Snapshot
from gisgov.kernel.versioned import Versioned


@given(st.integers(1, 2**62), st.sets(st.integers(1, 9)), st.sets(st.integers(1, 9)))
def test_nothing_sees_nothing(area_no: int, orgs: set[int], users: set[int]) -> None:
    assert not NOTHING.sees(area_no, orgs, users)
    assert EVERYTHING.sees(area_no)


def test_a_scope_is_a_union() -> None:
    scope = Scope(((10, 20),), frozenset({7}), 3)
    assert scope.sees(10) and scope.sees(19) and not scope.sees(20) and not scope.sees(None)
    assert scope.sees(99, org_ids=[7]) and scope.sees(None, user_ids=[3]) and not scope.sees(99, [8], [4])


def test_the_empty_scope_is_false_in_sql() -> None:
    assert str(NOTHING.areas(column("area_no", BigInteger))) == "false"


def test_equal_scopes_have_equal_keys() -> None:
    assert Scope(((1, 2),), frozenset({2, 1})).key == Scope(((1, 2),), frozenset({1, 2})).key
    assert Scope(((1, 2),)).key != Scope(((1, 3),)).key


@given(st.sets(st.integers(10, 19)), st.integers(1, 30))
def test_a_snapshot_sees_what_had_ended(running: set[int], xid: int) -> None:
    snapshot = Snapshot.parse(f"10:20:{','.join(map(str, sorted(running)))}")
    assert snapshot.sees(xid) == (xid < 20 and xid not in running)
    assert Snapshot.parse(str(snapshot)) == snapshot


@pytest.mark.parametrize(
    "text", ["", "yesterday", "1:", "1:x:", ":::", f"1:{10**20}:", "9:3:", "0:3:", "3:9:2", "3:9:9"]
)
def test_what_is_no_snapshot_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        Snapshot.parse(text)


def test_nobody_must_sign_in_and_others_need_the_verb() -> None:
    SYSTEM.may("anything")
    with pytest.raises(NotSignedIn):
        NOBODY.may("order.read")
    with pytest.raises(NotAllowed):
        Actor(1, "anna", verbs=frozenset({"order.read"})).may("order.act")


class Door(StrEnum):
    OPEN = "OPEN"
    SHUT = "SHUT"


DOOR = Lifecycle((Step("shut", (Door.OPEN,), Door.SHUT, frozenset({"keeper"})),))


def test_a_lifecycle_answers_from_its_table() -> None:
    assert DOOR.step("shut", Door.OPEN).target is Door.SHUT
    assert [step.action for step in DOOR.actions(Door.OPEN, {"keeper"})] == ["shut"]
    assert DOOR.actions(Door.OPEN, {"guest"}) == ()
    with pytest.raises(Conflict):
        DOOR.step("shut", Door.SHUT)


def test_a_version_is_loaded_once_by_many_threads() -> None:
    held: Versioned[object] = Versioned()
    loads: list[int] = []
    ready = Barrier(8)

    def ask() -> None:
        ready.wait()
        held.at(1, lambda: loads.append(1) or object())

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == [1]
    assert held.at(2, lambda: "two") == "two"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [(None, "zh"), ("en-GB,en;q=0.9", "en"), ("zh-CN", "zh"), ("fr,en", "en"), ("fr", "zh")],
)
def test_the_language_is_the_first_we_speak(accepted: str | None, language: str) -> None:
    assert negotiate(accepted) == language
