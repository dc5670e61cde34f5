"""Draws lines over a logarithmic axis as SVG: no more than the growth plot needs."""

import math

WIDTH, HEIGHT = 360, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 30, 44
# Readable on white and on black.
COLOURS = ["#d1495b", "#2e86ab", "#6a994e"]
GREY = "#808080"


def panel(title, axis, lines, left=0):
    """One panel of a plot.

    lines: a list of points (x, y) for each name; x goes by powers of ten, y from nought.
    """
    points = [point for line in lines.values() for point in line]
    low = math.floor(math.log10(min(x for x, _ in points)))
    high = max(low + 1, math.ceil(math.log10(max(x for x, _ in points))))
    step = tick(max(y for _, y in points))
    top = step * math.ceil(max(y for _, y in points) / step)

    def across(x):
        return left + LEFT + (math.log10(x) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def down(y):
        return HEIGHT - BOTTOM - y / top * (HEIGHT - TOP - BOTTOM)

    drawn = [text(left + LEFT, 18, title, weight="bold")]
    for index in range(round(top / step) + 1):
        y = down(index * step)
        drawn.append(
            f'<line x1="{left + LEFT}" x2="{left + WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" '
            f'stroke="{GREY}" stroke-opacity="0.3"/>')
        drawn.append(text(left + LEFT - 6, y + 4, f"{index * step:g}", "end"))
    for power in range(low, high + 1):
        x = across(10**power)
        drawn.append(text(x - 3, HEIGHT - BOTTOM + 18, "10", "middle"))
        drawn.append(text(x + 8, HEIGHT - BOTTOM + 12, power, "middle", size=8))
    drawn.append(text(left + (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, axis, "middle"))
    for colour, (name, line) in zip(COLOURS, lines.items()):
        path = " ".join(f"{across(x):.1f},{down(y):.1f}" for x, y in line)
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for x, y in line:
            drawn.append(f'<circle cx="{across(x):.1f}" cy="{down(y):.1f}" r="3" fill="{colour}"/>')
        x, y = line[-1]
        drawn.append(text(across(x) - 4, down(y) - 7, name, "end", colour))
    return "\n".join(drawn)


def text(x, y, said, anchor="start", colour=GREY, weight="normal", size=11):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" '
            f'font-weight="{weight}" font-size="{size}">{said}</text>')


def tick(most):
    """The distance of four to ten round ticks up to a number."""
    power = 10 ** math.floor(math.log10(most))
    return next(power * part for part in (0.1, 0.2, 0.5, 1) if most / (power * part) <= 10)


def document(panels):
    """A whole picture of panels beside each other; each is a function of its left edge."""
    width = WIDTH * len(panels)
    inside = "\n".join(draw(index * WIDTH) for index, draw in enumerate(panels))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" '
            f'width="{width}" height="{HEIGHT}" font-family="sans-serif">\n{inside}\n</svg>\n')
