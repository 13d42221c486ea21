"""Settings of one installation, read once and passed down; no module keeps an instance."""

import json
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything that differs between installations, from ``GISGOV_*`` environment variables.

    Without ``GISGOV_DATABASE_URL`` the two addresses are those of the private cluster below `data_dir`.
    """

    model_config = SettingsConfigDict(env_prefix="GISGOV_", frozen=True, extra="ignore")

    data_dir: Path = Path(".gisgov")
    database_url: str = ""
    """Address of the role that owns the schema; used by migrations alone."""
    app_database_url: str = ""
    """Address of ``gisgov_app``, the role every program works as."""
    pool_size: int = 10
    files_url: str = ""
    """``file:///…`` or ``s3://bucket/prefix``; below `data_dir` when empty."""
    web_dir: Path = Path("web/dist")
    timezone: str = "Asia/Shanghai"
    snap_m: float = 30.0
    """A point in no cell belongs to the nearest one up to this distance (decisions.md, Space)."""
    stale_fix_s: int = 300
    """A patroller's position older than this is shown as stale."""
    max_file_mb: int = 20
    max_import_mb: int = 500
    session_hours: int = 12
    secure_cookies: bool = False
    public_boundaries: bool = True
    tianditu_key: str = ""
    secret_key: str = ""
    """Key by which id numbers are matched; drawn once below `data_dir` when empty, the same on every host."""

    @property
    def files_store_url(self) -> str:
        """Where files are kept: the stated store, or a folder of the installation."""
        return self.files_url or (self.data_dir / "files").resolve().as_uri()


def load_settings() -> Settings:
    """Read the settings of this process: its environment, then the addresses found when the database was started."""
    settings = Settings()
    found = settings.data_dir / "cluster.json"
    if settings.app_database_url or not found.is_file():
        return settings
    urls = json.loads(found.read_text("utf-8"))
    if settings.database_url and not _same(settings.database_url, urls["owner_url"]):
        return settings
    return settings.model_copy(
        update={"database_url": urls["owner_url"], "app_database_url": urls["app_url"]}
    )


def _same(one: str, other: str) -> bool:
    """Whether two addresses differ in nothing but the driver they name."""
    return one.partition("://")[2] == other.partition("://")[2]
