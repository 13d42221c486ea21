"""Pictures that workers hand in: drawn, dated, and plainly no photographs of anything."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw

SIZE = (640, 480)
_SKIES = ("#BFD7EA", "#D9E2EC", "#F1D9B5", "#9FB3C8")
_WALLS = ("#B8A99A", "#A3A9AA", "#C9B79C", "#8D99AE", "#D0C4B5")
_ROADS = ("#5C5F63", "#6B6459", "#77756E")


def draw_photo(rng: np.random.Generator, at: datetime) -> BytesIO:
    """Draw a street scene as JPEG, marked as a demonstration, with its time."""
    wide, high = SIZE
    horizon = int(rng.integers(200, 290))
    image = Image.new("RGB", SIZE, str(rng.choice(_SKIES)))
    draw = ImageDraw.Draw(image)
    left = -20
    while left < wide:
        right, top = left + int(rng.integers(60, 150)), int(rng.integers(40, horizon - 40))
        draw.rectangle((left, top, right, horizon), fill=str(rng.choice(_WALLS)))
        for x in range(left + 10, right - 12, 22):
            for y in range(top + 10, horizon - 14, 26):
                draw.rectangle((x, y, x + 10, y + 13), fill="#F7F3E3" if rng.random() < 0.3 else "#54606B")
        left = right + int(rng.integers(0, 18))
    draw.rectangle((0, horizon, wide, high), fill=str(rng.choice(_ROADS)))
    draw.polygon(
        ((wide * 0.46, horizon), (wide * 0.54, horizon), (wide * 0.62, high), (wide * 0.38, high)),
        fill="#D8D8D2",
    )
    x, y = int(rng.integers(120, 480)), int(rng.integers(horizon + 60, high - 60))
    draw.ellipse((x - 46, y - 18, x + 46, y + 18), fill="#2E3134", outline="#F2A81D", width=5)
    draw.rectangle((0, high - 26, wide, high), fill="#14181F")
    draw.text((10, high - 20), f"DEMO  {at:%Y-%m-%d %H:%M}  drawn, no photograph", fill="#FFFFFF")
    out = BytesIO()
    image.save(out, "JPEG", quality=82)
    out.seek(0)
    return out
