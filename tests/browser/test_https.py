"""The console over HTTPS by this machine's own name, in a browser that was told to trust the authority, and in one that was not.

The authority goes where Chromium looks for it on Linux, a database of NSS in the user's home, so that chain, names,
dates and the authority's limits are all examined as they are on a phone: nothing is told to be ignored.
"""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, BrowserType, Error

from gisgov.kernel.settings import Settings
from tests.https_serving import HOST, Served, served_over_https

PLACE = {"longitude": 117.0655, "latitude": 36.6855, "accuracy": 12}


@pytest.fixture
def served(settings: Settings) -> Iterator[Served]:
    with served_over_https(settings) as served:
        yield served


@pytest.fixture
def phone(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], tmp_path: Path
) -> Iterator[Callable[[Path | None], BrowserContext]]:
    """A browser of its own that trusts an authority, or none."""
    opened: list[BrowserContext] = []

    def start(authority: Path | None) -> BrowserContext:
        home = tmp_path / f"home{len(opened)}"
        trust(home, authority)
        arguments = browser_type_launch_args | {"env": {"HOME": str(home)}}
        # a machine's name need not be known to its resolver; which certificate fits is decided by the name all the same
        arguments["args"] = [*arguments["args"], f"--host-resolver-rules=MAP {HOST} 127.0.0.1"]
        context = browser_type.launch_persistent_context(home / "profile", **arguments, geolocation=PLACE)
        opened.append(context)
        return context

    yield start
    for context in opened:
        context.close()


def trust(home: Path, authority: Path | None) -> None:
    certutil = shutil.which("certutil")
    assert certutil, "apt-get install libnss3-tools"
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    subprocess.run([certutil, "-d", f"sql:{database}", "-N", "--empty-password"], check=True)
    if authority:
        command = [certutil, "-d", f"sql:{database}", "-A", "-t", "C,,", "-n", "gisgov", "-i", str(authority)]
        subprocess.run(command, check=True)


@pytest.mark.browser
def test_a_browser_that_trusts_it_gives_position_and_service_workers(
    served: Served, phone: Callable[[Path | None], BrowserContext], tmp_path: Path
) -> None:
    context = phone(served.tls / "authority.crt")
    address = f"https://{HOST}:{served.port}"
    context.grant_permissions(["geolocation"], origin=address)
    page = context.new_page()
    assert page.goto(address).ok  # type: ignore[union-attr]
    page.wait_for_selector("#app > *")
    assert page.evaluate("window.isSecureContext")
    assert page.evaluate("'serviceWorker' in navigator && 'mediaDevices' in navigator")
    found = page.evaluate(
        """() => new Promise((give, refuse) => navigator.geolocation.getCurrentPosition(
            ({ coords }) => give([coords.longitude, coords.latitude]), (error) => refuse(error.message)))"""
    )
    assert found == [PLACE["longitude"], PLACE["latitude"]]
    page.goto(f"{address}/trust")
    page.get_by_role("link", name="1.").wait_for()
    page.screenshot(path=tmp_path / "trust.png")


@pytest.mark.browser
def test_a_browser_that_does_not_is_warned(
    served: Served, phone: Callable[[Path | None], BrowserContext]
) -> None:
    with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
        phone(None).new_page().goto(f"https://{HOST}:{served.port}")
