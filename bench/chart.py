"""chart.py: grouped bars on a logarithmic scale, as SVG text.

Its greys and colours keep their contrast on white and on black; the background stays clear.
"""

from __future__ import annotations

import math
from xml.sax.saxutils import escape

INK = "#7d8590"
COLOURS = ["#2f81f7", "#e8833a", "#8a9a5b", "#a371f7", "#d1495b", "#1aa6a6"]
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 900, 400, 56, 66, 34


def text(
    x: float, y: float, words: str, size: int = 12, anchor: str = "middle", **more: str
) -> str:
    extra = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"{extra}>'
        f"{escape(words)}</text>"
    )


def bars(
    title: str,
    unit: str,
    series: list[str],
    groups: list[tuple[str, list[float | None]]],
    notes: list[list[str]],
) -> str:
    """One group of bars per label, one bar per series (None: no bar), a note above each."""
    values = [value for _, row in groups for value in row if value]
    low = 10.0 ** math.floor(math.log10(min(values)))
    high = 1.6 * max(values)
    floor, height = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP

    def y(value: float) -> float:
        return floor - height * math.log(value / low) / math.log(high / low)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="system-ui, sans-serif" fill="{INK}" role="img">',
        f"<title>{escape(title)}</title>",
        text(LEFT, 20, title, 15, "start", font_weight="600"),
    ]
    place = float(LEFT)
    for name, colour in zip(series, COLOURS, strict=False):
        out.append(f'<rect x="{place:.1f}" y="34" width="11" height="11" fill="{colour}"/>')
        out.append(text(place + 16, 44, name, 12, "start"))
        place += 38 + 7.2 * len(name)
    tick = low
    while tick < high:
        out.append(
            f'<line x1="{LEFT}" x2="{WIDTH}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" '
            f'stroke="{INK}" stroke-opacity="0.35"/>'
        )
        out.append(text(LEFT - 6, y(tick) + 4, f"{tick:g}", 11, "end"))
        tick *= 10
    out.append(text(14, TOP + height / 2, unit, 12, transform=f"rotate(-90 14 {TOP + height / 2})"))
    group_width = (WIDTH - LEFT) / len(groups)
    bar_width = group_width * 0.86 / len(series)
    for g, ((label, row), above) in enumerate(zip(groups, notes, strict=True)):
        left = LEFT + g * group_width + group_width * 0.07
        out.append(text(left + group_width * 0.43, floor + 18, label))
        for i, (value, note) in enumerate(zip(row, above, strict=True)):
            if value is None:
                continue
            x, top = left + i * bar_width, y(value)
            out.append(
                f'<rect x="{x:.1f}" y="{top:.1f}" width="{bar_width - 1.5:.1f}" '
                f'height="{floor - top:.1f}" fill="{COLOURS[i]}"/>'
            )
            if i == 0:  # a longer note: into the gap at its left
                out.append(text(x + bar_width - 1.5, top - 4, note, 10, "end"))
            else:
                out.append(text(x + bar_width / 2 - 0.7, top - 4, note, 10))
    return "\n".join([*out, "</svg>", ""])
