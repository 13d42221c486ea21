"""Commands that bring an installation up, run it and examine it."""

from importlib import import_module
from typing import Annotated, Final

import typer
import uvicorn
from rich.console import Console

from gisgov.cli import doctor as examination
from gisgov.cli.supervise import run_all
from gisgov.intake import service as intake
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.cluster import keep_up
from gisgov.kernel.db import Database
from gisgov.kernel.jobs import run_worker
from gisgov.kernel.migrate import upgrade
from gisgov.kernel.settings import load_settings
from gisgov.timing import service as timing

GRACE_S: Final = 3  # open pushes never end by themselves; a stop does not wait for them longer

app = typer.Typer()
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.")]
Processes = Annotated[int, typer.Option(help="How many processes answer.", min=1)]


@app.command()
def init() -> None:
    """Bring the database to the newest schema and load what every installation starts with."""
    settings = load_settings()
    upgrade(settings.database_url)
    database = Database(settings)
    with database.transaction(SYSTEM) as tx:
        intake.seed(tx)
        timing.seed(tx)
    database.close()
    typer.echo("The database is ready. Next: ./run serve, or ./run demo for a district to look at.")


@app.command()
def serve(host: Host = "127.0.0.1", port: Port = 8000, processes: Processes = 1) -> None:
    """Answer browsers and clients."""
    uvicorn.run(
        "api.app:create_app",
        factory=True,
        host=host,
        port=port,
        workers=processes,
        timeout_graceful_shutdown=GRACE_S,
        log_level="warning",
    )


@app.command()
def work() -> None:
    """Do the jobs and the timers."""
    database = Database(load_settings())
    run_worker(database, import_module("gisgov.worker").TASKS)


@app.command()
def up(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    processes: Processes = 1,
    simulate: Annotated[bool, typer.Option(help="Let the demonstration's day go on.")] = False,
    speed: Annotated[float, typer.Option(help="How many times faster than the clock.", min=0.1)] = 1.0,
    welcome: Annotated[str, typer.Option(help="What to say once the web answers.")] = "",
) -> None:
    """Run web and worker together, and start again what ends."""
    web = ("serve", "--host", host, "--port", str(port), "--processes", str(processes))
    programs = [("web", web), ("worker", ("work",))]
    if simulate:
        programs.append(("simulation", ("demo", "simulate", "--speed", str(speed))))
    greeting = f"http://{host}:{port}\n{welcome}\n"
    data_dir = load_settings().data_dir
    run_all(programs, (host, port), greeting, data_dir / "run.pid", lambda: keep_up(data_dir))


@app.command()
def doctor() -> None:
    """Examine this installation."""
    console = Console()
    findings = list(examination.examine(load_settings()))
    for finding in findings:
        mark = "[green]ok [/]" if finding.well else "[red]bad[/]"
        console.print(f"{mark} {finding.what}: {finding.seen}")
        if not finding.well:
            console.print(f"    Next: {finding.advice}")
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)
