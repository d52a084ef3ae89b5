#!/usr/bin/env python3
"""Runs awsinv in a terminal of its own and draws what the terminal shows as an SVG.

    docs/picture.py [--awsinv PATH] [--columns 120] [--rows 60] OUTPUT.svg ARGUMENT...

For the README: docs/picture.py docs/report.svg report --demo=partial --sort -created_at --limit 20

Python's standard library only. Knows the escape sequences that awsinv writes (colours, bold, dim), and stops at
any other, so that the picture never shows less than the terminal did.
"""

import argparse
import fcntl
import html
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import termios
import unicodedata

CELL_WIDTH, LINE_HEIGHT, MARGIN, TITLE_HEIGHT = 8, 18, 14, 30
BACKGROUND, FOREGROUND, BAR = "#15181e", "#d6d9de", "#262a33"
# The sixteen colours by number, as a dark terminal shows them.
PALETTE = [
    "#3b4048", "#e5636e", "#7fbf6a", "#d9a94e", "#6fa8dc", "#c08ad6", "#5cb8c4", "#c8ccd4",
    "#7d8590", "#ff7b86", "#98d982", "#f0c674", "#8ec0f0", "#d7a5ea", "#7fd4df", "#ffffff",
]
SEQUENCE = re.compile(r"\x1b\[([0-9;]*)m")


def run(command, columns):
    """What the command writes to a terminal of this many columns, and its exit code."""
    terminal, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "NO_COLOR")}
    environment["TERM"] = "xterm-256color"
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=end, stderr=subprocess.DEVNULL, env=environment
    )
    os.close(end)
    written = bytearray()
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # Linux says EIO where the other end is closed.
            break
        if not chunk:
            break
        written += chunk
    return written.decode().replace("\r\n", "\n"), process.wait()


class Pen:
    """The state that escape sequences change."""

    def __init__(self):
        self.color, self.bold, self.dim = None, False, False

    def apply(self, parameters):
        codes = [int(code or 0) for code in parameters.split(";")]
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.__init__()
            elif code == 1:
                self.bold = True
            elif code == 2:
                self.dim = True
            elif code == 22:
                self.bold = self.dim = False
            elif code == 39:
                self.color = None
            elif 30 <= code <= 37:
                self.color = PALETTE[code - 30]
            elif 90 <= code <= 97:
                self.color = PALETTE[code - 82]
            elif code == 38 and codes[:1] == [5] and len(codes) > 1 and codes[1] < 16:
                self.color = PALETTE[codes[1]]
                del codes[:2]
            else:
                sys.exit(f"picture.py: no idea how to draw the escape sequence {parameters!r}")

    def style(self):
        style = f' fill="{self.color}"' if self.color else ""
        style += ' font-weight="bold"' if self.bold else ""
        return style + (' fill-opacity="0.6"' if self.dim else "")


def width(text):
    """Terminal columns."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def draw_line(line, y, pen):
    """One line, each word at the column where the terminal has it, whatever font the reader has."""
    spans, column = [], 0
    # Parts alternate between text and the parameters of a sequence.
    for index, part in enumerate(SEQUENCE.split(line)):
        if index % 2:
            pen.apply(part)
            continue
        if "\x1b" in part:
            sys.exit(f"picture.py: no idea how to draw {part!r}")
        for word in re.findall(r"\s+|\S+", part):
            if not word.isspace():
                x = MARGIN + column * CELL_WIDTH
                spans.append(f'<tspan x="{x}"{pen.style()}>{html.escape(word, quote=False)}</tspan>')
            column += width(word)
    return f'<text y="{y}">{"".join(spans)}</text>' if spans else ""


def draw(text, title, columns, rows):
    lines = text.rstrip("\n").split("\n")
    if len(lines) > rows:
        sys.exit(f"picture.py: {len(lines)} lines do not fit {rows} rows: limit the report, or give it more --rows")
    if longest := max((width(SEQUENCE.sub("", line)) for line in lines), default=0):
        columns = max(columns, longest)
    full_width = columns * CELL_WIDTH + 2 * MARGIN
    full_height = TITLE_HEIGHT + (len(lines) + 1) * LINE_HEIGHT + 2 * MARGIN
    pen = Pen()
    body = [draw_line(f"\x1b[38;5;8m$\x1b[0m \x1b[1m{title}\x1b[0m", TITLE_HEIGHT + MARGIN + 12, pen)]
    for number, line in enumerate(lines, start=1):
        body.append(draw_line(line, TITLE_HEIGHT + MARGIN + 12 + number * LINE_HEIGHT, pen))
    buttons = "".join(
        f'<circle cx="{18 + 18 * at}" cy="{TITLE_HEIGHT // 2}" r="5.5" fill="{color}"/>'
        for at, color in enumerate(("#e5636e", "#d9a94e", "#7fbf6a"))
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {full_width} {full_height}" '
            f'width="{full_width}" height="{full_height}" role="img" aria-label="{html.escape(title)}">',
            f"<title>{html.escape(title)}</title>",
            f'<rect width="{full_width}" height="{full_height}" rx="8" fill="{BACKGROUND}"/>',
            f'<path d="M0 {TITLE_HEIGHT}V8a8 8 0 0 1 8-8h{full_width - 16}a8 8 0 0 1 8 8v{TITLE_HEIGHT - 8}z" fill="{BAR}"/>',
            buttons,
            f'<g fill="{FOREGROUND}" font-size="13" '
            'font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,\'DejaVu Sans Mono\',\'Liberation Mono\',monospace">',
            *filter(None, body),
            "</g>",
            "</svg>",
            "",
        ]
    )


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--awsinv", default=root / "target" / "debug" / "awsinv", type=pathlib.Path)
    parser.add_argument("--columns", default=120, type=int)
    parser.add_argument("--rows", default=60, type=int)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    text, code = run([options.awsinv, *options.arguments], options.columns)
    # 3 = printed, but incomplete: a picture of that is worth having too.
    if code not in (0, 3):
        sys.exit(f"picture.py: awsinv exited with {code}")
    title = " ".join(["awsinv", *options.arguments])
    options.output.write_text(draw(text, title, options.columns, options.rows), encoding="utf-8")


if __name__ == "__main__":
    main()
