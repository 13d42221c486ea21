"""What `deploy/` names exists: an engine for containers is not needed to see that."""

import re
import shlex
from pathlib import Path

import yaml
from typer.testing import CliRunner

from gisgov.cli import command_line

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))


def test_every_dependency_is_a_service() -> None:
    services = COMPOSE["services"]
    assert set(services) == {"db", "init", "web", "worker"}
    assert {needed for service in services.values() for needed in service.get("depends_on", {})} <= set(
        services
    )


def test_every_volume_is_declared() -> None:
    used = {volume.split(":")[0] for service in COMPOSE["services"].values() for volume in service["volumes"]}
    assert used == set(COMPOSE["volumes"])


def test_every_gisgov_command_is_known() -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
    by_image = " ".join(
        re.findall(r'"([^"]+)"', next(line for line in dockerfile.splitlines() if "CMD" in line))
    )
    by_compose = [service["command"] for name, service in COMPOSE["services"].items() if name != "db"]
    for line in [by_image, *by_compose]:
        for call in re.findall(r"\bgisgov (?!\.)[^&\"]+", line):
            words = shlex.split(call)
            options = [word for word in words if word.startswith("--")]
            shown = CliRunner().invoke(command_line(), [words[1], "--help"])
            assert shown.exit_code == 0, call
            assert all(option in shown.stdout for option in options), call


def test_the_image_copies_what_exists() -> None:
    lines = (ROOT / "deploy" / "Dockerfile").read_text("utf-8").splitlines()
    copied = [
        word
        for line in lines
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    ]
    assert copied
    assert all((ROOT / word).exists() for word in copied)
