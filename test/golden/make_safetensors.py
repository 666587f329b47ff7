"""Model files as other software writes them, and every 16-bit number as float32, into foreign-files.json.

Needs PyTorch, NumPy, safetensors and h5py: apt-get install python3-torch; pip install safetensors h5py
"""
import base64
import gzip
import hashlib
import io
import json
import platform

import h5py
import numpy
import safetensors
import torch
from safetensors.torch import save

torch.manual_seed(1998)


def bits(tensor):
    """The float32 numbers of a tensor as unsigned integers, which JSON holds exactly."""
    return [int(n) for n in tensor.to(torch.float32).contiguous().numpy().view(numpy.uint32).ravel()]


def all_patterns(dtype):
    """SHA-256 of every 16-bit pattern as float32, little-endian; NaNs, whose bits may differ, are replaced by 0."""
    patterns = numpy.arange(65536, dtype=numpy.uint16).view(numpy.int16)
    wide = torch.from_numpy(patterns).view(dtype).to(torch.float32)
    wide[torch.isnan(wide)] = 0
    return hashlib.sha256(wide.numpy().astype("<f4").tobytes()).hexdigest()


# Zero of both signs, the smallest and largest subnormals and normals of float16 and bfloat16, and numbers between two of them.
special = [0.0, -0.0, 2.0**-24, -(2.0**-24), 1023 * 2.0**-24, 2.0**-14, 65504.0, 1 / 3, -0.1, 1e-40, 3.0e38, -1.0]
double = torch.tensor(special, dtype=torch.float64)
types = {"F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32, "F64": torch.float64}
converted = {}
for name, dtype in types.items():
    tensor = double.clamp(-65504, 65504).to(dtype) if name == "F16" else double.to(dtype)
    converted[name] = {"file": save({"a": tensor.reshape(3, 4), "b": tensor[:5].clone()}), "float32": bits(tensor)}

others = {
    "weight": torch.tensor([1.5]),
    "flag": torch.tensor([True, False, True]),
    "u8": torch.tensor([1, 2, 3], dtype=torch.uint8),
    "i8": torch.tensor([-1], dtype=torch.int8),
    "i16": torch.tensor([-2, 3], dtype=torch.int16),
    "i32": torch.tensor([4], dtype=torch.int32),
    "num_batches_tracked": torch.tensor(7),
}
state = {"fc.weight": torch.ones(2, 2), "fc.bias": torch.zeros(2)}


def torch_file(**options):
    out = io.BytesIO()
    torch.save(state, out, **options)
    return out.getvalue()


def npz():
    out = io.BytesIO()
    numpy.savez(out, **{name: tensor.numpy() for name, tensor in state.items()})
    return out.getvalue()


def npy():
    out = io.BytesIO()
    numpy.save(out, numpy.ones(2))
    return out.getvalue()


def onnx():
    out = io.BytesIO()
    torch.onnx.export(torch.nn.Linear(2, 2), torch.zeros(1, 2), out)
    return out.getvalue()


def hdf5():
    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        file["w"] = numpy.ones(1)
    return out.getvalue()


def text(data):
    return base64.b64encode(data).decode()


result = {
    "made": {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "safetensors": safetensors.__version__,
        "h5py": h5py.__version__,
    },
    "patterns": {"F16": all_patterns(torch.float16), "BF16": all_patterns(torch.bfloat16)},
    "converted": {name: {"file": text(own["file"]), "float32": own["float32"]} for name, own in converted.items()},
    "others": text(save(others)),
    "kinds": {
        "pt": text(torch_file()),
        "old pt": text(torch_file(_use_new_zipfile_serialization=False)),
        "npz": text(npz()),
        "npy": text(npy()),
        "onnx": text(onnx()),
        "h5": text(gzip.compress(hdf5(), mtime=0)),
        "gz": text(gzip.compress(b"weights", mtime=0)),
    },
}
with open("foreign-files.json", "w") as file:
    json.dump(result, file, indent=1)
    file.write("\n")
