"""What is logged of a failure."""

import pytest
import structlog

from gisgov.kernel import logs


def fail() -> None:
    """Fail with something personal at hand."""
    telephone = "138" + "12345678"
    raise ValueError(len(telephone))


def test_a_failure_is_logged_with_its_stack_and_without_values(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    try:
        fail()
    except ValueError as error:
        structlog.get_logger().error("failed", exc_info=error)
    printed = capsys.readouterr().out
    assert "Traceback" in printed
    assert "ValueError: 11" in printed
    assert "13812345678" not in printed
