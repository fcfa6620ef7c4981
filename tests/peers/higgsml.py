"""Numbers of another program for the HiggsML example: python3 tests/peers/higgsml.py FILE

FILE: atlas-higgs-challenge-2014-v2.first22k.csv.gz. Prints the expected significance of the mass of
the tau pair in 28 bins with its error from the finite simulation (formula and bootstrap), and the
weighted AUC and the expected significance in 20 bins of a quadratic logistic regression with ten
folds, missing values at the mean of the present ones beside an indicator.
"""
import csv
import gzip
import sys

import numpy as np

rows = list(csv.reader(gzip.open(sys.argv[1], "rt")))[1:]
x = np.array([[float(v) for v in row[1:31]] for row in rows])
signal = np.array([row[32] == "s" for row in rows])
w = np.array([float(row[34]) for row in rows])
S, B = 691.98861, 410999.847
v = np.where(signal, w * S / w[signal].sum(), w * B / w[~signal].sum())


def significance(b, bins, v):
    s = np.bincount(b, v * signal, bins)
    n = np.bincount(b, v * ~signal, bins)
    return np.sqrt(2 * ((s + n) * np.log1p(s / n) - s).sum()), s, n


def report(name, b, bins):
    inside = (b >= 0) & (b < bins)
    b, u = np.where(inside, b, 0), np.where(inside, v, 0.0)
    z, s, n = significance(b, bins, u)
    h = np.where(signal, np.log1p(s / n)[b], (np.log1p(s / n) - s / n)[b]) * inside / z
    error = sum((v[k] ** 2 * (h[k] - np.average(h[k], weights=v[k])) ** 2).sum() for k in (signal, ~signal))
    rng, drawn = np.random.default_rng(1), []
    for _ in range(300):
        c = v * rng.poisson(1.0, len(v))
        c = np.where(signal, c * S / c[signal].sum(), c * B / c[~signal].sum())
        drawn.append(significance(b, bins, c * inside)[0])
    print(f"{name}: Z = {z:.4f} +- {np.sqrt(error):.4f} (bootstrap {np.std(drawn):.4f})")


report("mass in 28 bins", np.digitize(x[:, 0], np.linspace(60, 200, 29)) - 1, 28)

missing = x == -999
indicators = np.unique(missing, axis=1)
indicators = indicators[:, indicators.any(0)].astype(float)
for j in range(x.shape[1]):
    x[missing[:, j], j] = np.average(x[~missing[:, j], j], weights=w[~missing[:, j]])
f = np.concatenate([x, indicators], 1)
f = (f - f.mean(0)) / f.std(0)
i, j = np.triu_indices(f.shape[1])
q = f[:, i] * f[:, j]
q = q[:, q.std(0) > 1e-9]
a = np.concatenate([np.ones((len(f), 1)), f, (q - q.mean(0)) / q.std(0)], 1)
balanced = np.where(signal, v / S, v / B) / 1.0
balanced = balanced / balanced.sum() * 2
fold = np.random.default_rng(1).integers(0, 10, len(v))
score = np.zeros(len(v))
for k in range(10):
    t, c = fold != k, np.zeros(a.shape[1])
    penalty = 1e-3 * np.eye(a.shape[1])
    penalty[0, 0] = 0
    for _ in range(12):
        p = 1 / (1 + np.exp(-np.clip(a[t] @ c, -30, 30)))
        gradient = a[t].T @ (balanced[t] * (signal[t] - p)) - penalty @ c
        h = balanced[t] * p * (1 - p)
        c = c + np.linalg.solve((a[t] * h[:, None]).T @ a[t] + penalty + 1e-9 * np.eye(len(c)), gradient)
    score[~t] = a[~t] @ c
o = np.argsort(score)
below = np.cumsum((v * ~signal)[o]) - 0.5 * (v * ~signal)[o]
print(f"quadratic regression: AUC = {((v * signal)[o] * below).sum() / S / B:.4f}")
edges = np.interp(np.linspace(0, 1, 21)[1:-1], np.cumsum(balanced[o]) / 2, score[o])
report("quadratic regression in 20 bins", np.digitize(score, edges), 20)
