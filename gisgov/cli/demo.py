"""The demonstration district: load it, let its day go on, say who may sign in."""

from importlib import import_module
from pathlib import Path
from signal import SIGINT, SIGTERM, signal
from threading import Event
from time import perf_counter
from typing import Annotated, Any

import typer
from rich.console import Console

from gisgov.demo.accounts import PASSWORD, accounts
from gisgov.kernel.db import Database
from gisgov.kernel.settings import load_settings

SEED = 370112
TITLES = {
    "city": "生成城市 city",
    "grid": "网格 cells",
    "organisations": "机构 organisations",
    "staff": "人员与职责 staff",
    "registry": "楼房人口部件 registry",
    "orders": "九十天工单 orders",
    "counts": "热力统计 counts",
    "positions": "巡查位置 positions",
    "planner": "统计信息 planner",
    "basemap": "本地底图 base map",
}

app = typer.Typer(help="The demonstration district: synthetic, and marked so.", no_args_is_help=True)


def _demo(name: str) -> Any:
    """Load a module of the demonstration when a command needs it: each brings seconds of libraries with it."""
    return import_module(f"gisgov.demo.{name}")


class Progress:
    """Says each step with the time it took."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._begun = self._step = perf_counter()
        self._name: str | None = None
        self._status = console.status("")

    def begin(self, name: str) -> None:
        """End the step before, begin the next."""
        self.end()
        self._name, self._step = name, perf_counter()
        self._status = self._console.status(TITLES[name])
        self._status.start()

    def end(self) -> None:
        """End the step that runs."""
        self._status.stop()
        if self._name is not None:
            self._console.print(f"[green]ok[/] {TITLES[self._name]} {perf_counter() - self._step:.1f} s")
        self._name = None

    def total_s(self) -> float:
        """Seconds since the beginning."""
        return perf_counter() - self._begun


@app.command()
def load(
    seed: Annotated[int, typer.Option(help="The same seed makes the same city.")] = SEED,
    outline: Annotated[
        Path | None, typer.Option(help="GeoJSON polygon of another district.", exists=True, dir_okay=False)
    ] = None,
    datum: Annotated[
        str, typer.Option(help="What its numbers mean: wgs84, cgcs2000, gcj02, bd09.")
    ] = "wgs84",
    small: Annotated[bool, typer.Option(help="A twentieth of the city.")] = False,
) -> None:
    """Load the demonstration; goes on where an interrupted load stopped, and does nothing twice."""
    console = Console(highlight=False)
    database = Database(load_settings())
    progress = Progress(console)
    size = _demo("model").SMALL if small else _demo("model").FULL
    loader = _demo("load").Loader(database, _demo("outline").read_outline(outline, datum), seed, size)
    try:
        anything = loader.run(progress.begin)
    finally:
        progress.end()
        database.close()
    if anything:
        console.print(f"The demonstration is loaded, {progress.total_s():.0f} s. All of it is synthetic.")
    else:
        console.print("The demonstration is loaded already.")


@app.command()
def simulate(
    speed: Annotated[float, typer.Option(help="How many times faster people walk and act.", min=0.1)] = 1.0,
) -> None:
    """Let the demonstration's day go on until stopped."""
    stop = Event()
    for number in (SIGINT, SIGTERM):
        signal(number, lambda *_: stop.set())
    database = Database(load_settings())
    city = _demo("load").loaded_city(database)
    if city is None:
        typer.echo("There is no demonstration here. Next: gisgov demo load")
        raise typer.Exit(1)
    _demo("simulation").Day(database, city, speed).run(stop)
    database.close()


@app.command("accounts")
def show_accounts() -> None:
    """Print who may sign in to the demonstration."""
    lines = [f"  {login:<12} {post}" for login, post in accounts()]
    typer.echo("\n".join([f"Accounts, all with the password {PASSWORD}:", *lines]))
