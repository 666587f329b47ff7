"""Numbers of SciPy that src/study/samplers/truncated-normal.ts must agree with. Run: /usr/bin/python3 make_truncated_normal.py (Debian: python3-scipy, python3-mpmath)."""
import json
import os

import mpmath
import numpy as np
import scipy
from scipy import special, stats

mpmath.mp.dps = 400


def exact_log_probability(x):
    """The logarithm of P(Z <= x) with 400 digits, which SciPy's number is checked against."""
    return mpmath.log(mpmath.erfc(-mpmath.mpf(x) / mpmath.sqrt(2)) / 2)


def exact_log_mass(a, b):
    """The same of P(a <= Z <= b); mirrored above 0, where 1 - P would lose its digits."""
    if a > 0:
        a, b = -b, -a
    root = mpmath.sqrt(2)
    return mpmath.log((mpmath.erfc(-mpmath.mpf(b) / root) - mpmath.erfc(-mpmath.mpf(a) / root)) / 2)


def agreed(number, exact):
    """SciPy's number where it has 12 digits; the exact one, rounded to a double, where SciPy is less precise."""
    return float(number) if abs(mpmath.mpf(float(number)) - exact) <= 1e-12 * abs(exact) else float(exact)


points = [-200, -101.5, -40, -20.5, -14, -7.2, -7.071, -7, -5, -2.9, -2.8, -1, -0.3, 0, 0.3, 1, 2.8, 5, 7.2, 20, 38]
log_ndtr = [{"x": x, "log": agreed(special.log_ndtr(x), exact_log_probability(x))} for x in points]

intervals = [(-1, 1), (-0.01, 0.02), (0, 3), (-3, 0), (-100, 100), (-50, 0.5), (-0.5, 50), (1, 2), (-2, -1), (6, 9), (-9, -6),
             (30, 31), (-31, -30), (99, 100), (-100, -99), (99, 99.01), (5, 5.0001), (-7.1, -7), (0.2, 0.2000001)]
log_mass = []
for a, b in intervals:
    log = agreed(stats._continuous_distns._log_gauss_mass(np.array([a]), np.array([b]))[0].real, exact_log_mass(a, b))
    log_mass.append({"a": a, "b": b, "log": log})

logs = [-20000, -5005.5, -300, -50, -13, -5, -2, -0.7, -0.6931471805599453, -0.5, -0.1, -0.011, -0.009, -1e-4, -1e-8, -1e-14]
ndtri_exp = [{"log": y, "x": float(special.ndtri_exp(y))} for y in logs]
for entry in ndtri_exp:
    # The slope of log P at x is the density over P: the error of x is that of the logarithm over this slope.
    slope = mpmath.npdf(entry["x"]) / mpmath.ncdf(entry["x"])
    error = (exact_log_probability(entry["x"]) - mpmath.mpf(entry["log"])) / slope
    assert abs(error) < 1e-12 * max(1, abs(entry["x"])), (entry, error)

truncated = []
for mean, deviation, low, high in ((0, 1, -5, 5), (4.9, 0.1, -5, 5), (-5, 10, -5, 5), (0.3, 0.02, 0, 0.99), (-11.5, 0.1, -11.5, -2.3)):
    a, b = (low - mean) / deviation, (high - mean) / deviation
    found = stats.truncnorm(a, b, loc=mean, scale=deviation)
    truncated.append({
        "mean": mean, "deviation": deviation, "low": low, "high": high,
        "densities": [{"x": x, "log": float(found.logpdf(x))} for x in np.linspace(low, high, 7).tolist()],
        "quantiles": [{"share": q, "x": float(found.ppf(q))} for q in (1e-6, 0.01, 0.3, 0.5, 0.8, 0.999)],
    })

# Two samples of sixty for the test statistics by which samplers are compared (tpe-behaviour.test.ts).
rng = np.random.default_rng(2011)
samples = []
for shift in (0.0, 0.3, 0.6, 1.5):
    first, second = np.round(rng.standard_normal(60), 2), np.round(rng.standard_normal(60) + shift, 2)
    samples.append({
        "first": first.tolist(), "second": second.tolist(),
        "auc": float(stats.mannwhitneyu(first, second).statistic / 3600),
        "p": float(stats.ks_2samp(first, second, method="exact").pvalue),
    })

out = os.path.join(os.path.dirname(__file__), "truncated-normal.json")
with open(out, "w") as f:
    json.dump({"scipy": scipy.__version__, "logNdtr": log_ndtr, "logMass": log_mass, "ndtriExp": ndtri_exp,
               "truncated": truncated, "samples": samples}, f, indent=1)
