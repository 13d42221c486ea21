"""Pictures: what the camera wrote is read once, and what is shown carries none of it."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import IO, Any
from zoneinfo import ZoneInfo

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from gisgov.kernel.errors import Invalid
from gisgov.media.model import Picture, Taken
from gisgov.media.rules import MAX_PIXELS, PREVIEW_PX, SHOWN_PX

_TIME = "%Y:%m:%d %H:%M:%S"


def examine(stream: IO[bytes], timezone: str) -> Picture:
    """Decode a picture and make its shown forms.

    Parameters
    ----------
    timezone : str
        Used for a camera's time that states no offset.

    Raises
    ------
    Invalid
        It cannot be decoded (``file.unreadable``) or has too many pixels (``file.pixels``).
    """
    try:
        with Image.open(stream) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Invalid("file.pixels", field="file", max_megapixels=MAX_PIXELS // 1_000_000)
            taken = taken_of(image.getexif(), timezone)
            width, height = image.size
            image.draft("RGB", (SHOWN_PX, SHOWN_PX))
            upright = ImageOps.exif_transpose(image)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Invalid("file.unreadable", field="file") from error
    mime, form = ("image/png", "PNG") if upright.has_transparency_data else ("image/jpeg", "JPEG")
    shown = upright.convert("RGBA" if form == "PNG" else "RGB")
    return Picture(width, height, taken, mime, _bytes(shown, SHOWN_PX, form), _bytes(shown, PREVIEW_PX, form))


def taken_of(exif: Image.Exif, timezone: str) -> Taken:
    """Return place (WGS84) and time from EXIF; what is missing or nonsense is None."""
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    lon, lat = _degrees(gps, ExifTags.GPS.GPSLongitude, "W"), _degrees(gps, ExifTags.GPS.GPSLatitude, "S")
    placed = (
        lon is not None and lat is not None and abs(lon) <= 180 and abs(lat) <= 90 and (lon, lat) != (0, 0)
    )
    at = _time(exif.get_ifd(ExifTags.IFD.Exif), timezone)
    return Taken(at, lon, lat) if placed else Taken(at, None, None)


def _degrees(gps: dict[int, Any], tag: ExifTags.GPS, negative: str) -> float | None:
    value, reference = gps.get(tag), gps.get(tag - 1)  # each reference stands just before its value
    try:
        degrees, minutes, seconds = (float(part) for part in value or ())
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    size = degrees + minutes / 60 + seconds / 3600
    return -size if reference == negative else size


def _time(exif: dict[int, Any], timezone: str) -> datetime | None:
    try:
        local = datetime.strptime(str(exif[ExifTags.Base.DateTimeOriginal]), _TIME).replace(tzinfo=UTC)
        offset = exif.get(ExifTags.Base.OffsetTimeOriginal)
        if offset is None:
            return local.replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)
        hours, _, minutes = str(offset)[1:].partition(":")
        shift = timedelta(hours=int(hours), minutes=int(minutes))
    except (KeyError, ValueError):
        return None
    return local + shift if str(offset).startswith("-") else local - shift


def _bytes(image: Image.Image, longest_px: int, form: str) -> bytes:
    small = image.copy()
    small.thumbnail((longest_px, longest_px))
    small.info.clear()  # comments, colour profiles with names, EXIF: nothing of the camera goes out
    out = BytesIO()
    small.save(out, form, quality=85)
    return out.getvalue()
