"""Numbers of SciPy, and of formulas written out here, that src/study must agree with. Run: /usr/bin/python3 make_statistics.py (Debian: python3-scipy)."""
import json
import os

import numpy as np
import scipy
from scipy import stats

rng = np.random.default_rng(20210923)
t = [
    {"degrees": d, "t": x, "twoSidedP": 2 * stats.t.sf(x, d)}
    for d in (1, 2, 3, 4, 5, 8, 9, 30, 99, 1000)
    for x in (0.0, 0.1, 0.7, 1.0, 2.0, 4.302652729911275, 12.7, 40.0)
]
quantiles = [
    {"degrees": d, "confidence": c, "t": stats.t.ppf(0.5 + c / 2, d)}
    for d in (1, 2, 3, 4, 7, 10, 29, 120, 5000)
    for c in (0.5, 0.9, 0.95, 0.99)
]
samples = []
for n in (2, 3, 5, 10, 31):
    a = np.round(98.9 + 0.1 * rng.standard_normal(n), 2)
    b = np.round(a - 0.05 + 0.08 * rng.standard_normal(n), 2)
    low, high = stats.t.interval(0.95, n - 1, loc=a.mean(), scale=stats.sem(a))
    samples.append({
        "a": a.tolist(), "b": b.tolist(), "mean": a.mean(), "sd": a.std(ddof=1),
        "interval": [low, high], "pairedP": stats.ttest_rel(a, b).pvalue,
    })
mcnemar = [
    {"first": x, "second": y, "p": stats.binomtest(x, x + y, 0.5).pvalue}
    for x, y in ((0, 1), (1, 1), (3, 9), (10, 25), (40, 41), (5, 0), (12, 60), (200, 260), (900, 1000))
]
seeds = []
for sd, half in ((0.1, 0.05), (0.05, 0.05), (0.2, 0.05), (0.03, 0.05), (1.0, 0.05), (0.001, 0.05)):
    n = 2
    while stats.t.ppf(0.975, n - 1) * sd / np.sqrt(n) > half:
        n += 1
    seeds.append({"sd": sd, "halfWidth": half, "seeds": n})

out = os.path.join(os.path.dirname(__file__), "statistics.json")
with open(out, "w") as f:
    json.dump({"scipy": scipy.__version__, "t": t, "quantiles": quantiles, "samples": samples,
               "mcnemar": mcnemar, "seeds": seeds}, f, indent=1)
