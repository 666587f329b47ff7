"""Golden numbers for reports per class: precision, recall, F1, support and the confusion matrix by scikit-learn.

Usage, in this folder (Debian: python3-sklearn):  /usr/bin/python3 make_class_report.py
"""
import json
import pathlib

import numpy as np
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

here = pathlib.Path(__file__).resolve().parent
random = np.random.default_rng(2026)


def case(name, images, classes, labels, strength):
    labels = np.asarray(labels)
    # Multiples of 1/256: exact in float32.
    logits = np.round(random.normal(size=(images, classes)) * 256) / 256
    logits[np.arange(images), labels] += strength
    return name, logits, labels


def rare(name, images, classes):
    """Class 1 has no image, and class 2 is never answered."""
    labels = random.choice([0, 2, 3], size=images)
    logits = np.round(random.normal(size=(images, classes)) * 256) / 256
    logits[:, 2] = -100
    return name, logits, labels


def numbers(labels, answers, classes, **options):
    found = precision_recall_fscore_support(
        labels, answers, labels=range(classes), zero_division=0, **options)
    return [None if part is None else np.asarray(part).tolist() for part in found]


cases = []
for name, logits, labels in (
        case("usual", 203, 5, random.integers(0, 5, size=203), 1.5),
        case("unequal", 97, 3, random.choice(3, size=97, p=[0.9, 0.08, 0.02]), 1),
        case("two classes, all right", 9, 2, [0, 1, 1, 0, 1, 1, 1, 0, 1], 100),
        rare("rare", 31, 4)):
    classes = logits.shape[1]
    answers = logits.argmax(axis=1)
    cases.append({
        "name": name, "classes": classes, "logits": logits.ravel().tolist(), "labels": labels.tolist(),
        "accuracy": accuracy_score(labels, answers),
        "confusion": confusion_matrix(labels, answers, labels=range(classes)).tolist(),
        "byClass": numbers(labels, answers, classes),
        "macro": numbers(labels, answers, classes, average="macro")[:3],
        "weighted": numbers(labels, answers, classes, average="weighted")[:3],
    })
(here / "class-report.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
