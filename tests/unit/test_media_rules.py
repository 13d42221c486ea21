from io import BytesIO

import pytest
from PIL import ExifTags, Image

from gisgov.kernel.errors import Invalid, TooLarge
from gisgov.media import objects, pictures, rules
from gisgov.media.model import Kind


def photo(size=(400, 300), form="JPEG", mode="RGB", **exif_tags) -> bytes:
    image = Image.new(mode, size, 128)
    exif = image.getexif()
    exif[ExifTags.Base.Make] = "SecretPhone"
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.Exif).update(exif_tags.get("exif", {}))
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(exif_tags.get("gps", {}))
    out = BytesIO()
    image.save(out, form, exif=exif)
    return out.getvalue()


GPS = {1: "N", 2: (36.0, 40.0, 48.0), 3: "E", 4: (117.0, 4.0, 12.0)}
TIME = {ExifTags.Base.DateTimeOriginal: "2026:11:20 10:42:00"}


@pytest.mark.parametrize(
    ("head", "mime"),
    [
        (b"\xff\xd8\xff\xe1 anything", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        (b"\x00\x00\x00\x20ftypM4A ", "audio/mp4"),
        (b"\x1a\x45\xdf\xa3\x01\x00\x00\x00\x42\x82\x84webm", "video/webm"),
        (b"%PDF-1.7", "application/pdf"),
    ],
)
def test_kind_is_told_by_content(head, mime):
    assert rules.mime_of(head) == mime
    assert rules.KINDS[mime] in Kind


@pytest.mark.parametrize(
    "head", [b"", b"<svg", b"<html", b"MZ\x90", b"PK\x03\x04", b"\x1a\x45\xdf\xa3matroska"]
)
def test_what_can_carry_scripts_or_is_unknown_is_refused(head):
    with pytest.raises(Invalid, match=r"file\.kind"):
        rules.mime_of(head)


def test_heic_is_refused_by_name():
    with pytest.raises(Invalid, match=r"file\.heic"):
        rules.mime_of(b"\x00\x00\x00\x24ftypheic")


def test_camera_data_is_read_and_not_shown():
    sent = photo((400, 300), exif=TIME, gps=GPS)
    assert b"SecretPhone" in sent
    picture = pictures.examine(BytesIO(sent), "Asia/Shanghai")
    assert picture.taken.at.isoformat() == "2026-11-20T02:42:00+00:00"
    assert (picture.taken.lon, picture.taken.lat) == pytest.approx((117.07, 36.68))
    for form in (picture.shown, picture.preview):
        assert b"SecretPhone" not in form
        with Image.open(BytesIO(form)) as shown:
            assert not dict(shown.getexif())
            assert shown.height > shown.width  # orientation was applied, not only dropped


def test_time_with_its_own_offset_wins():
    stated = TIME | {ExifTags.Base.OffsetTimeOriginal: "+09:00"}
    picture = pictures.examine(BytesIO(photo(exif=stated)), "Asia/Shanghai")
    assert picture.taken.at.isoformat() == "2026-11-20T01:42:00+00:00"


@pytest.mark.parametrize(
    "gps",
    [
        {},
        {2: (36.0, 40.0, 48.0), 1: "N"},
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)},
        GPS | {2: (96.0, 0.0, 0.0)},
    ],
)
def test_place_that_is_missing_or_nonsense_is_none(gps):
    taken = pictures.examine(BytesIO(photo(gps=gps)), "Asia/Shanghai").taken
    assert (taken.lon, taken.lat, taken.at) == (None, None, None)


def test_transparent_pictures_stay_transparent():
    assert pictures.examine(BytesIO(photo(form="PNG", mode="RGBA")), "UTC").mime == "image/png"


def test_damaged_and_enormous_pictures_are_refused():
    with pytest.raises(Invalid, match=r"file\.unreadable"):
        pictures.examine(BytesIO(photo()[:200]), "UTC")
    bomb = BytesIO()
    Image.new("1", (12_000, 9_000)).save(bomb, "PNG")
    with pytest.raises(Invalid, match=r"file\.pixels"):
        pictures.examine(bomb, "UTC")


def test_digest_stops_at_the_limit():
    assert objects.digest(BytesIO(b"abc"), 3)[1] == 3
    stream = BytesIO(bytes(5 * 2**20))
    with pytest.raises(TooLarge) as error:
        objects.digest(stream, 2**20)
    assert error.value.params == {"limit_mb": 1}
    assert stream.tell() < 4 * 2**20


def test_objects_are_kept_by_content(tmp_path):
    kept = objects.Objects((tmp_path / "files").as_uri())
    kept.put(BytesIO(b"content"), "ab" * 32)
    assert b"".join(kept.chunks("ab" * 32)) == b"content" == kept.path("ab" * 32).read_bytes()
    assert kept.size("ab" * 32) == 7
    kept.delete("ab" * 32)
    assert not kept.path("ab" * 32).exists()
