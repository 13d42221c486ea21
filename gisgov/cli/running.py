"""Commands that run an installation: web, worker, or both kept up together."""

import os
from importlib import import_module
from pathlib import Path
from typing import Annotated, Final

import typer
import uvicorn

from gisgov.cli.https import chosen, invitation
from gisgov.cli.supervise import run_all
from gisgov.installation.cluster import keep_up
from gisgov.kernel.db import Database
from gisgov.kernel.jobs import run_worker
from gisgov.kernel.settings import load_settings

GRACE_S: Final = 3  # open pushes never end by themselves; a stop does not wait for them longer

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.")]
Processes = Annotated[int, typer.Option(help="How many processes answer.", min=1)]
Cert = Annotated[Path | None, typer.Option(help="Certificate (PEM) for HTTPS.", exists=True, dir_okay=False)]
Key = Annotated[Path | None, typer.Option(help="Its key (PEM).", exists=True, dir_okay=False)]
Plain = Annotated[bool, typer.Option("--plain", help="HTTP on any address: a proxy in front speaks HTTPS.")]


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    processes: Processes = 1,
    cert: Cert = None,
    key: Key = None,
    plain: Plain = False,
) -> None:
    """Answer browsers and clients; a new installation shows the code for its first administrator.

    On another address than this machine's own it answers by HTTPS; without a certificate it makes one.
    """
    https = chosen(load_settings(), host, cert, key, plain=plain)
    if https:
        typer.echo(invitation(https, host, port))
        os.environ["GISGOV_SECURE_COOKIES"] = "true"  # the processes that answer read their settings anew
    import_module("gisgov.cli.setup").announce()
    uvicorn.run(
        "api.app:create_app",
        factory=True,
        host=host,
        port=port,
        workers=processes,
        ssl_certfile=https.certificate if https else None,
        ssl_keyfile=https.key if https else None,
        timeout_graceful_shutdown=GRACE_S,
        log_level="warning",
    )


def work() -> None:
    """Do the jobs and the timers."""
    # Loaded here and not above: the supervisor needs none of what its programs need.
    run_worker(Database(load_settings()), import_module("gisgov.worker").TASKS)


def up(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    processes: Processes = 1,
    cert: Cert = None,
    key: Key = None,
    plain: Plain = False,
    simulate: Annotated[bool, typer.Option(help="Let the demonstration's day go on.")] = False,
    speed: Annotated[float, typer.Option(help="How many times faster than the clock.", min=0.1)] = 1.0,
    welcome: Annotated[str, typer.Option(help="What to say once the web answers.")] = "",
) -> None:
    """Run web and worker together, and start again what ends."""
    https = chosen(load_settings(), host, cert, key, plain=plain)
    spoken = ("--cert", str(cert), "--key", str(key)) if cert else ("--plain",) if plain else ()
    web = ("serve", "--host", host, "--port", str(port), "--processes", str(processes), *spoken)
    others = [("work",)] + ([("demo", "simulate", "--speed", str(speed))] if simulate else [])
    scheme = "https" if https else "http"
    # by HTTPS the web itself shows by which address others reach it
    greeting = f"{welcome}\n" if https else f"http://{host}:{port}\n{welcome}\n"
    data_dir = load_settings().data_dir
    run_all(web, others, greeting, data_dir / "run.pid", lambda: keep_up(data_dir), scheme=scheme)
