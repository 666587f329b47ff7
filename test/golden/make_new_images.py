"""Simulated wrong answers of networks and NumPy's results from them, for src/study/new-images. Run: /usr/bin/python3 make_new_images.py (Debian: python3-scipy)."""
import base64
import json
import os

import numpy as np
import scipy
from scipy import stats

rng = np.random.default_rng(2024)
ALPHA = 0.05


def answers(levels, seeds, images, thresholds):
    """wrong[level, seed, image]: effects of the image, the image at the level, the seed at the level, and all three."""
    image = rng.standard_normal(images)
    at_level = 0.5 * rng.standard_normal((levels, 1, images))
    seed = 0.1 * rng.standard_normal((levels, seeds, 1))
    rest = 0.4 * rng.standard_normal((levels, seeds, images))
    return image + at_level + seed + rest > np.asarray(thresholds)[:, None, None]


def parts(values):
    """Of values[seed, image]: mean squares of the two-way layout, each as a part of the squared error of the mean."""
    seeds, images = values.shape
    mean = values.mean()
    by_image = values.mean(0)
    by_seed = values.mean(1)
    residual = values - by_image[None, :] - by_seed[:, None] + mean
    return {
        "mean": mean,
        "overImages": by_image.var(ddof=1) / images,
        "overSeeds": by_seed.var(ddof=1) / seeds if seeds > 1 else 0.0,
        "interaction": (residual**2).sum() / ((seeds - 1) * (images - 1)) / (seeds * images) if seeds > 1 else 0.0,
    }


def level_interval(wrong, other_seeds):
    """Percent: Agresti and Coull's four images more, then Student's arm of the seeds by the sum of squares."""
    seeds, images = wrong.shape
    extended = np.concatenate([wrong.mean(0), [1, 1, 0, 0]])
    variance = extended.var() / (images + 4)
    if other_seeds:
        variance = max(variance - parts(1.0 * wrong)["interaction"], 2 / (images + 4) ** 2)
    half = stats.norm.ppf(1 - ALPHA / 2) * np.sqrt(variance)
    mean = 100 * (1 - wrong.mean())
    low, high = 100 * (1 - extended.mean() - half), 100 * (1 - extended.mean() + half)
    low, high = max(0, min(mean, low)), min(100, max(mean, high))
    if not other_seeds:
        return [low, high]
    accuracies = 100 * (1 - wrong.mean(1))
    arm = stats.t.ppf(1 - ALPHA / 2, seeds - 1) * max(accuracies.std(ddof=1), 100 / images) / np.sqrt(seeds)
    return [max(0, mean - np.hypot(arm, mean - low)), min(100, mean + np.hypot(arm, high - mean))]


def image_margins(wrong, other_seeds):
    """Points: z times the standard error of every pair for the images' part, with Bonett and Price's two disagreements."""
    levels, _, images = wrong.shape
    z = stats.norm.ppf(1 - ALPHA / (levels - 1))
    margins = np.zeros((levels, levels))
    for i in range(levels):
        for j in range(levels):
            p = parts(1.0 * wrong[j] - wrong[i])
            variance = max(0, p["overImages"] - p["interaction"]) if other_seeds else p["overImages"]
            margins[i, j] = z * 100 * np.sqrt(variance + 2 / images**2)
    return margins


def constrained(means, margins):
    """Hsu's intervals, by his formulas for unequal variances."""
    k = len(means)
    highs = [max(0, min(means[i] - means[j] + margins[i, j] for j in range(k) if j != i)) for i in range(k)]
    possible = [i for i in range(k) if highs[i] > 0]
    lows = [0 if possible == [i] else min(0, *(means[i] - means[j] - margins[i, j] for j in possible if j != i), 0)
            for i in range(k)]
    return [[max(-100, low), min(100, high)] for low, high in zip(lows, highs)]


def packed(bits):
    return base64.b64encode(np.packbits(bits, bitorder="little").tobytes()).decode()


cases = []
for levels, seeds, images, thresholds in (
    (2, 1, 61, [1.5, 1.2]), (2, 3, 203, [1.8, 1.5]), (3, 2, 333, [2.0, 1.4, 1.9]), (4, 5, 1001, [2.2, 1.9, 2.2, 1.7]),
    (2, 2, 40, [9.0, 9.0]), (1, 3, 100, [1.5]), (1, 1, 100, [1.5]),
):
    wrong = answers(levels, seeds, images, thresholds)
    means = 100 * (1 - wrong.mean((1, 2)))
    case = {
        "images": images,
        "wrong": [[packed(bits) for bits in level] for level in wrong],
        "means": means.tolist(),
        "parts": [{"first": i, "second": j, **parts(1.0 * wrong[j] - wrong[i])}
                  for i in range(levels) for j in range(levels) if i != j],
        "theseNetworks": {"intervals": [level_interval(level, False) for level in wrong]},
    }
    if levels > 1:
        case["theseNetworks"]["constrained"] = constrained(means, image_margins(wrong, False))
        case["imageMargins"] = image_margins(wrong, True).tolist()
    if seeds > 1:
        case["otherSeeds"] = {"intervals": [level_interval(level, True) for level in wrong]}
        # Two levels: the pooled margin is the one-sided paired t test's, which SciPy knows by itself.
        if levels == 2:
            accuracies = 100 * (1 - wrong.mean(2))
            t = stats.t.ppf(1 - ALPHA, seeds - 1)
            seed_margin = t * (accuracies[0] - accuracies[1]).std(ddof=1) / np.sqrt(seeds)
            # Bonett and Price again: c sqrt((x + 2) / seeds) = x images.
            floor = (t**2 + np.sqrt(t**4 + 8 * seeds * t**2)) / (2 * seeds) * 100 / images
            case["otherSeeds"]["constrained"] = constrained(means, np.hypot(image_margins(wrong, True), max(seed_margin, floor)))
    cases.append(case)

out = os.path.join(os.path.dirname(__file__), "new-images.json")
with open(out, "w") as file:
    json.dump({"numpy": np.__version__, "scipy": scipy.__version__, "cases": cases}, file, indent=1)
