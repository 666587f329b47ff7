"""Analyses of variance of statsmodels and noncentral F probabilities of SciPy. Run: python3 make_variance.py (pip: statsmodels 0.15)."""
import itertools
import json
import os
import warnings

import numpy as np
import pandas as pd
import scipy
import statsmodels
from scipy import optimize, stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

warnings.simplefilter("ignore")
rng = np.random.default_rng(2023)


def scores_of(cells, seeds):
    """Scores with effects of the levels, of pairs of them, and of the seeds. A level of -1 does not count."""
    first, second, seed_effect = rng.normal(0, 0.6, (4, 6)), rng.normal(0, 0.2, (6, 6)), rng.normal(0, 0.15, seeds)
    means = [98 + sum(first[f][l] for f, l in enumerate(cell)) + second[cell[0]][cell[-1]] for cell in cells]
    return [[round(m + s + rng.normal(0, 0.1), 2) for s in seed_effect] for m in means]


def frame_of(cells, scores):
    rows = [
        {"y": y, "seed": s, "cell": c, **{"abc"[f]: level for f, level in enumerate(cell)}}
        for c, cell in enumerate(cells) for s, y in enumerate(scores[c])
    ]
    return pd.DataFrame(rows)


def fitted(frame, terms):
    """A least-squares fit of the seeds and these terms; a term is a text of factors such as "ab"."""
    parts = ["C(seed)"] + [":".join(f"C({f})" for f in term) for term in terms]
    # Combinations that are missing leave columns without effect; they do not count in the rank.
    return ols("y ~ " + " + ".join(parts), frame).fit()


def analysis(cells, seeds, terms):
    """Each term: its name, its factors, and the terms that do not contain it (type II)."""
    scores = scores_of(cells, seeds)
    frame = frame_of(cells, scores)
    whole = ols("y ~ C(seed) + C(cell)", frame).fit()
    rest = {"sum": whole.ssr, "degrees": whole.df_resid}
    rows = []
    for term in terms:
        others = [other for other in terms if not set(term) <= set(other)]
        smaller, larger = fitted(frame, others), fitted(frame, [*others, term])
        total, degrees = smaller.ssr - larger.ssr, smaller.df_resid - larger.df_resid
        f = total / degrees / (rest["sum"] / rest["degrees"])
        rows.append({"factors": ["abc".index(f) for f in term], "sum": total, "degrees": degrees, "f": f, "p": stats.f.sf(f, degrees, rest["degrees"])})
    pooled = fitted(frame, terms)
    higher = {"sum": pooled.ssr - whole.ssr, "degrees": pooled.df_resid - whole.df_resid}
    seed_row = anova_lm(whole, typ=2).loc["C(seed)"]
    total = float(((frame.y - frame.y.mean()) ** 2).sum())
    if all(-1 not in cell for cell in cells) and len(cells) == np.prod([len(set(l)) for l in zip(*cells)]):
        # The complete grids once more by the ready-made table.
        table = anova_lm(ols("y ~ C(seed) + (" + " + ".join(f"C({'abc'[f]})" for f in range(len(cells[0]))) + ")**2", frame).fit(), typ=2)
        for row, term in zip(rows, terms):
            assert abs(table.loc[":".join(f"C({f})" for f in term), "sum_sq"] - row["sum"]) < 1e-8
    return {
        "cells": cells, "scores": scores, "rows": rows, "higher": higher, "rest": rest, "total": total,
        "seeds": {"sum": seed_row["sum_sq"], "degrees": seed_row["df"], "f": seed_row["F"], "p": seed_row["PR(>F)"]},
    }


def grid(*sizes):
    return [list(cell) for cell in itertools.product(*map(range, sizes))]


cases = {
    "one factor": analysis(grid(5), 2, ["a"]),
    "two factors": analysis(grid(3, 2), 4, ["a", "b", "ab"]),
    "three factors": analysis(grid(2, 3, 2), 3, ["a", "b", "c", "ab", "ac", "bc"]),
    # A combination whose training diverged is left out.
    "a missing combination": analysis([cell for cell in grid(3, 3) if cell != [2, 2]], 3, ["a", "b", "ab"]),
    "five missing combinations": analysis([cell for cell in grid(3, 3, 2) if sum(cell) < 4], 3, ["a", "b", "c", "ab", "ac", "bc"]),
    # b counts only under a = 0, so a term with b contains a.
    "a nested factor": analysis([[0, b, c] for b in range(3) for c in range(2)] + [[a, -1, c] for a in (1, 2) for c in range(2)], 3, ["a", "ab", "c", "abc", "ac"]),
}

noncentral = [
    {"f": f, "first": a, "second": b, "noncentrality": l, "p": stats.ncf.cdf(f, a, b, l)}
    for a, b in ((1, 4), (2, 6), (4, 20), (9, 200), (30, 3000))
    for l in (0.5, 4, 60, 900, 9000)
    for f in ((a + l) / a * q for q in (0.3, 0.7, 1, 1.4))
]
limits = []
for f, a, b in ((0.3, 2, 12), (1.1, 2, 12), (4.2, 1, 4), (31.2, 4, 20), (600.0, 3, 30)):
    ends = []
    for p in (0.995, 0.005):
        g = lambda l: stats.ncf.cdf(f, a, b, l) - p
        ends.append(0 if g(1e-12) < 0 else optimize.brentq(g, 1e-12, 1e5, xtol=1e-9))
    limits.append({"f": f, "first": a, "second": b, "confidence": 0.99, "low": ends[0], "high": ends[1]})

with open(os.path.join(os.path.dirname(__file__), "variance.json"), "w") as out:
    json.dump({"statsmodels": statsmodels.__version__, "scipy": scipy.__version__, "cases": cases,
               "noncentral": noncentral, "limits": limits}, out, indent=1)
