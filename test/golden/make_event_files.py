"""TensorBoard event files of several writers, and the scalars that TensorBoard itself reads from them.
Run: python3 make_event_files.py (pip: tensorboard 2.21, tensorboardX 2.6)."""

import base64
import glob
import json
import os
import tempfile

import numpy as np
import tensorboardX
from tensorboard import data_compat
from tensorboard.backend.event_processing import event_file_loader
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.plugins.histogram import metadata as histogram
from tensorboard.plugins.scalar import metadata as scalar
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util import tensor_util


def file_in(folder):
    [path] = glob.glob(os.path.join(folder, "*tfevents*"))
    return path


def old_style(folder):
    """tensorboardX: simple values, and a histogram and a text between them."""
    writer = tensorboardX.SummaryWriter(folder)
    for step in range(5):
        writer.add_scalar("loss/train", 1 / (step + 3), step, walltime=1700000000 + step)
        writer.add_histogram("weights", np.arange(10) * step, step)
    writer.add_scalar("loss/train", float("nan"), 7, walltime=1700000007)
    writer.add_text("note", "größer", 1)
    writer.add_scalar("größe/𝔘", -2.5e30, 2**40, walltime=1700000008.25)
    writer.close()


def new_style(folder):
    """Summaries of TensorFlow 2: tensors with the plugin's name, which later values of a tag leave out."""
    writer = EventFileWriter(folder)
    types = {"float32": np.float32, "float64": np.float64, "int32": np.int32, "int64": np.int64}
    for step in range(4):
        for name, kind in types.items():
            value = summary_pb2.Summary.Value(tag=name, tensor=tensor_util.make_tensor_proto(kind(step * 3 - 4)))
            if step == 0:
                value.metadata.CopyFrom(scalar.create_summary_metadata(f"As {name}", ""))
            event = event_pb2.Event(wall_time=1700000100.5 + step, step=10 * step, summary=summary_pb2.Summary(value=[value]))
            writer.add_event(event)
        buckets = summary_pb2.Summary.Value(
            tag="buckets",
            tensor=tensor_util.make_tensor_proto(np.ones((3, 3))),
            metadata=histogram.create_summary_metadata("", ""),
        )
        writer.add_event(event_pb2.Event(wall_time=1700000101, step=step, summary=summary_pb2.Summary(value=[buckets])))
    writer.close()


def scalars_of(path):
    """What TensorBoard reads: its loader, then the points of the plugin scalars."""
    found, plugins = {}, {}
    for event in event_file_loader.LegacyEventFileLoader(path).Load():
        for value in event.summary.value:
            value = data_compat.migrate_value(value)
            plugins.setdefault(value.tag, value.metadata.plugin_data.plugin_name)
            if plugins[value.tag] != "scalars":
                continue
            number = float(tensor_util.make_ndarray(value.tensor).item())
            shown = number if np.isfinite(number) else None
            found.setdefault(value.tag, []).append([event.step, shown, event.wall_time])
    return found


golden = {}
for make in [old_style, new_style]:
    with tempfile.TemporaryDirectory() as folder:
        make(folder)
        path = file_in(folder)
        with open(path, "rb") as file:
            golden[make.__name__] = {"file": base64.b64encode(file.read()).decode(), "scalars": scalars_of(path)}

with open(os.path.join(os.path.dirname(__file__), "event-files.json"), "w") as out:
    json.dump(golden, out)
