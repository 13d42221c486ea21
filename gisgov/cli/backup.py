"""One file that holds an installation, and back again."""

from pathlib import Path
from typing import Annotated

import typer

from gisgov.cli.system import as_system
from gisgov.installation import backup
from gisgov.installation.archive import Manifest
from gisgov.kernel import configuration
from gisgov.kernel.clock import SystemClock
from gisgov.kernel.settings import Settings, load_settings
from gisgov.media import service as media
from gisgov.media.objects import Objects
from gisgov.registry import keys


def back_up(
    target: Annotated[Path, typer.Argument(help="A new file, or a folder in which it gets a name.")],
) -> None:
    """Write database and files of this moment into one archive; nothing has to stop for it."""
    settings = load_settings()
    path, manifest = backup.back_up(
        settings, SystemClock(), target, Objects(settings.files_store_url), media.digests, _kept(settings)
    )
    with as_system() as tx:
        configuration.put(tx, configuration.LAST_BACKUP, manifest.made_at)
    typer.echo(f"{path} ({path.stat().st_size / 2**20:,.1f} MB): {_told(manifest)}")
    for sha256 in manifest.missing:
        typer.echo(
            f"The store does not hold file {sha256} as it was sent; the backup is without it.", err=True
        )


def restore(
    archive: Annotated[Path, typer.Argument(help="What backup wrote.", exists=True, dir_okay=False)],
) -> None:
    """Put an archive into an empty installation and bring it to the newest schema."""
    settings = load_settings()
    manifest = backup.restore(settings, archive, Objects(settings.files_store_url), _kept(settings))
    typer.echo(f"Restored: {_told(manifest)}. Everybody signs in again. Next: ./run serve and ./run work")


def _kept(settings: Settings) -> dict[str, Path]:
    return {keys.FILE: settings.data_dir / keys.FILE}


def _told(manifest: Manifest) -> str:
    rows = sum(manifest.rows.values())
    return f"{rows:,} rows, {manifest.files:,} files, schema {manifest.revision}, of {manifest.made_at}"
