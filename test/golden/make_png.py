"""PNG files with every filter, interlaced and not, and what Pillow reads from them. Run: /usr/bin/python3 make_png.py > png.json"""
import base64
import io
import json
import struct
import zlib

import numpy as np
from PIL import Image

rng = np.random.RandomState(11)
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def filtered(rows, step, start):
    """Rows of bytes, each with the next of the five filters. @param step bytes of a pixel."""
    out = b""
    above = [0] * len(rows[0])
    for number, row in enumerate(rows):
        kind = (start + number) % 5
        line = []
        for i, value in enumerate(row):
            a, b, c = (row[i - step] if i >= step else 0), above[i], (above[i - step] if i >= step else 0)
            line.append((value - [0, a, b, (a + b) // 2, paeth(a, b, c)][kind]) % 256)
        out += bytes([kind] + line)
        above = row
    return out


def row_bytes(samples, depth):
    if depth == 16:
        return [byte for sample in samples for byte in divmod(int(sample), 256)]
    bits = "".join(format(int(sample), f"0{depth}b") for sample in samples)
    bits += "0" * (-len(bits) % 8)
    return [int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)]


def png(samples, colour_type, depth, interlaced):
    height, width, channels = samples.shape
    step = max(1, channels * depth // 8)
    packed = b""
    for left, top, across, down in ADAM7 if interlaced else [(0, 0, 1, 1)]:
        part = samples[top::down, left::across]
        if part.size:
            packed += filtered([row_bytes(row.ravel(), depth) for row in part], step, left + top)
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(packed)) + chunk(b"IEND", b"")


cases = []
for name, colour_type, channels, depth in [
    ("grey of 1 bit", 0, 1, 1),
    ("grey of 2 bits", 0, 1, 2),
    ("grey of 4 bits", 0, 1, 4),
    ("grey", 0, 1, 8),
    ("grey of 16 bits", 0, 1, 16),
    ("grey and alpha", 4, 2, 8),
    ("RGB", 2, 3, 8),
    ("RGB and alpha", 6, 4, 8),
]:
    for interlaced in [False, True]:
        samples = rng.randint(0, 2**depth, (13, 19, channels))
        file = png(samples, colour_type, depth, interlaced)
        read = np.asarray(Image.open(io.BytesIO(file))).astype(int).reshape(13, 19, channels)
        scale = 255 // (2**depth - 1) if depth < 8 else 1
        wanted = samples * scale
        # Pillow reads one bit as 0 and 1.
        assert (read * (255 if depth == 1 else 1) == wanted).all(), name
        cases.append({"name": name + (", interlaced" if interlaced else ""), "bytes": base64.b64encode(file).decode(),
                      "channels": channels, "white": 65535 if depth == 16 else 255, "data": wanted.ravel().tolist()})
print(json.dumps(cases))
