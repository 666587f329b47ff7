"""Makes small pictures of every kind, and what Pillow reads from them. Run: /usr/bin/python3 make_pictures.py > pictures.json"""
import base64
import io
import json

import numpy as np
from PIL import Image, ImageOps

rng = np.random.RandomState(7)
# Smooth ramps, which lossy formats keep.
y, x = np.mgrid[0:24, 0:16]
grey = Image.fromarray((4 * x + 5 * y + 20).astype(np.uint8))
colour = Image.fromarray(np.stack([8 * x, 6 * y, 100 + 3 * x + 2 * y], -1).astype(np.uint8))
noise = rng.randint(0, 256, (5, 7, 4)).astype(np.uint8)
noise[..., 3] |= 1  # WebP may change the colour of fully transparent pixels.
rgba = Image.fromarray(noise)
exif = Image.Exif()
exif[0x0112] = 6

kinds = {}


def add(name, image, form, **options):
    file = io.BytesIO()
    image.save(file, form, **options)
    back = ImageOps.exif_transpose(Image.open(io.BytesIO(file.getvalue())))
    kinds[name] = {
        "bytes": base64.b64encode(file.getvalue()).decode(),
        "width": back.width,
        "height": back.height,
        "mode": back.mode,
        "pixels": np.asarray(back).ravel().tolist(),
    }


add("grey.jpg", grey, "jpeg", quality=95)
add("colour.jpg", colour, "jpeg", quality=95, subsampling=0)
add("progressive.jpg", colour, "jpeg", quality=95, progressive=True)
add("turned.jpg", colour, "jpeg", quality=95, exif=exif)
add("cmyk.jpg", colour.convert("CMYK"), "jpeg")
add("turned.png", grey, "png", exif=exif)
add("lossy.webp", colour, "webp", quality=95)
add("lossless.webp", rgba, "webp", lossless=True, exact=True)
add("turned.webp", rgba, "webp", lossless=True, exact=True, exif=exif)
moving = io.BytesIO()
colour.save(moving, "webp", save_all=True, append_images=[colour.rotate(90)])
kinds["moving.webp"] = {"bytes": base64.b64encode(moving.getvalue()).decode()}
print(json.dumps(kinds))
