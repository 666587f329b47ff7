"""Critical values of Dunnett's tests by adaptive integration. Run: /usr/bin/python3 make_dunnett.py (Debian: python3-scipy), about four minutes."""
import json
import os

import numpy as np
import scipy
from scipy import integrate, optimize, stats

ALPHA = 0.05


def within(t, k, sides):
    """P(no Z_j - Z_0 of k - 1 exceeds sqrt(2) t), or none of their absolute values."""
    reach = np.sqrt(2) * t
    if sides == 1:
        f = lambda z: stats.norm._pdf(z) * stats.norm._cdf(z + reach) ** (k - 1)
    else:
        f = lambda z: stats.norm._pdf(z) * (stats.norm._cdf(z + reach) - stats.norm._cdf(z - reach)) ** (k - 1)
    return integrate.quad(f, -10, 10, epsabs=1e-12, epsrel=1e-12, limit=200)[0]


def probability(d, k, degrees, sides):
    if degrees == np.inf:
        return within(d, k, sides)
    spread = stats.chi(degrees, scale=1 / np.sqrt(degrees))
    # Over the quantile u of the spread, not the spread itself: another way than src/study/dunnett.ts takes.
    f = lambda u: within(d * spread.ppf(u), k, sides)
    return integrate.quad(f, 0, 1, epsabs=1e-9, epsrel=1e-9, limit=400)[0]


def critical(k, degrees, sides, alpha=ALPHA):
    f = lambda d: probability(d, k, degrees, sides) - (1 - alpha)
    return optimize.brentq(f, 0.5, 60, xtol=1e-8, rtol=1e-9)


def simulated(d, k, degrees, sides, count=2_000_000):
    """The same probability by random draws, to check the integral."""
    rng = np.random.default_rng(1955)
    z = rng.standard_normal((count, k))
    s = 1 if degrees == np.inf else np.sqrt(rng.chisquare(degrees, count) / degrees)
    lead = (z[:, 1:] - z[:, :1]) / np.sqrt(2)
    most = lead.max(1) if sides == 1 else np.abs(lead).max(1)
    return np.mean(most <= d * s)


cases = [(k, degrees, sides) for sides in (1, 2) for k, degrees in (
    (2, 3), (3, 1), (3, 2), (3, 4.5), (4, 9), (5, 8), (10, 9), (10, 18), (20, 60), (5, np.inf), (50, 49))]
values = []
for k, degrees, sides in cases:
    d = critical(k, degrees, sides)
    assert abs(simulated(d, k, degrees, sides) - (1 - ALPHA)) < 6e-4, (k, degrees, sides, d)
    if k == 2:
        assert abs(d - stats.t.ppf(1 - ALPHA / sides, degrees)) < 1e-6
    values.append({"k": k, "degrees": "Infinity" if degrees == np.inf else degrees, "sides": sides, "alpha": ALPHA, "d": d})
values.append({"k": 5, "degrees": 8, "sides": 1, "alpha": 0.01, "d": critical(5, 8, 1, 0.01)})
students = [{"degrees": v, "sides": sides, "t": stats.t.ppf(1 - ALPHA / sides, v)}
            for sides in (1, 2) for v in (1, 1.5, 2, 3, 7.25, 30, 500)]
normal = [{"z": z, "p": stats.norm.cdf(z)} for z in (-30, -8.5, -7.1, -7.05, -3, -1, -0.1, 0, 0.5, 1.96, 6, 9)]
quantiles = [{"p": p, "z": stats.norm.ppf(p)} for p in (1e-12, 0.005, 0.05, 0.5, 0.95, 0.9875, 0.999)]
f_tests = [{"f": f, "first": a, "second": b, "p": stats.f.sf(f, a, b)} for f in (0.2, 1.0, 3.7, 25.0, 1458.0)
           for a, b in ((1, 1), (1, 3), (2, 6), (4, 12), (9, 72), (29, 232))]

out = os.path.join(os.path.dirname(__file__), "dunnett.json")
with open(out, "w") as file:
    json.dump({"scipy": scipy.__version__, "values": values, "students": students, "normal": normal,
               "quantiles": quantiles, "f": f_tests}, file, indent=1)
