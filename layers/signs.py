"""Signs of a legend as SVG, for paper; the console draws its own."""

from collections.abc import Mapping
from html import escape

from layers.model import Symbol

_OUTLINES = {
    "disc": '<circle cx="10" cy="10" r="8" {paint}/>',
    "triangle": '<path d="M10 2 L18.5 17 L1.5 17 Z" stroke-linejoin="round" {paint}/>',
    "diamond": '<path d="M10 1 L19 10 L10 19 L1 10 Z" {paint}/>',
    "square": '<rect x="2.5" y="2.5" width="15" height="15" rx="3" {paint}/>',
    "fill": '<rect x="1" y="4" width="18" height="12" {paint}/>',
    "arrow": '<path d="M10 1 L17 19 L10 14 L3 19 Z" {paint}/>',
    "line": '<path d="M0 10 H20" fill="none" {paint}/>',
}
_DARK = ("#C", "#0", "#1", "#2", "#3", "#4", "#7")


def svg(
    symbol: Symbol, size: int = 20, char: str | None = None, ring: Mapping[str, float] | None = None
) -> str:
    """Return a sign, ``size`` pixels wide and high.

    Parameters
    ----------
    char
        Stands in place of the symbol's own.
    ring
        Colour → share of a ring around it, clockwise from above.
    """
    shape = _OUTLINES[symbol.shape].format(paint=_paint(symbol))
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 20 20">{shape}{_ring(ring or {})}{_letter(symbol, char)}</svg>'


def _ring(shares: Mapping[str, float]) -> str:
    around = sum(shares.values())
    arcs, begun = "", 0.0
    for color, share in shares.items():
        if share:
            # a circle of 100 units around, so that dashes are percentages
            part = 100 * share / around
            arcs += (
                f'<circle cx="10" cy="10" r="8" fill="none" stroke="{color}" stroke-width="2.6" pathLength="100" '
                f'stroke-dasharray="{part:g} {100 - part:g}" stroke-dashoffset="{-begun:g}" transform="rotate(-90 10 10)"/>'
            )
            begun += part
    return arcs


def _paint(symbol: Symbol) -> str:
    dash = f' stroke-dasharray="{" ".join(map(str, symbol.dash))}"' if symbol.dash else ""
    opacity = f' opacity="{symbol.opacity}"'
    if symbol.shape == "line":
        return f'stroke="{symbol.color}" stroke-width="{symbol.width}"{dash}{opacity}'
    return f'fill="{symbol.color}" stroke="{symbol.edge or symbol.color}" stroke-width="1.6"{dash}{opacity}'


def _letter(symbol: Symbol, char: str | None) -> str:
    text = char or symbol.char
    if not text:
        return ""
    ink = "#FFFFFF" if symbol.color.upper().startswith(_DARK) else "#14181F"
    px = 10 if len(text) == 1 else max(5, 14 - 2 * len(text))
    y = 13.6 if symbol.shape != "triangle" else 15
    return f'<text x="10" y="{y}" font-size="{px}" font-weight="700" text-anchor="middle" fill="{ink}">{escape(text)}</text>'
