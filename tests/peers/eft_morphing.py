"""Numbers of the tests of EFT morphing, with numpy and scipy alone.

Run: python3 tests/peers/eft_morphing.py ../shared/data/madminer-vbf
MadMiner's sample of Higgs production by vector-boson fusion: two Wilson coefficients, six benchmark
weights per event. The events of all benchmarks together are an unweighted sample of the mixture
q = sum_s n_s/n p_s, so that event i stands for w_i(theta)/(n q_i) of the cross-section. For 300 fb-1:
Fisher information of the joint (per-event) likelihood, of a 2-D histogram and of the rate, and the
fit of the histogram's Asimov set with MINOS intervals.
"""

import gzip
import json
import sys

import numpy as np
from scipy.optimize import brentq, minimize

LUMINOSITY = 3e5
PT = np.array([0, 60, 90, 120, 150, 180, 220, 270, 350, 500, 1e9])
PHI = np.linspace(-np.pi, np.pi, 11)


def load(folder, which):
    meta = json.load(open(f"{folder}/meta_{which}.json"))
    events = np.genfromtxt(gzip.open(f"{folder}/events_{which}.csv.gz"), delimiter=",", names=True)
    points = np.array(list(meta["benchmarks"].values()))
    powers = np.array(meta["components"])
    vandermonde = np.array([[np.prod(p**c) for c in powers] for p in points])
    weights = np.array([events["w_" + name] for name in meta["benchmarks"]])
    counts = np.bincount(events["sampling_benchmark"].astype(int), minlength=6)
    density = (counts[:, None] * weights / weights.sum(1)[:, None]).sum(0)
    components = np.linalg.inv(vandermonde) @ weights / density
    pt = np.searchsorted(PT, events["pt_j1"], side="right") - 1
    phi = events["delta_phi_jj"]
    phi = phi - 2 * np.pi * np.round(phi / (2 * np.pi))
    cell = pt * 10 + np.clip(np.searchsorted(PHI, phi, side="right") - 1, 0, 9)
    histogram = np.array([np.bincount(cell, c, 100) for c in components])
    return components, histogram


def values(c, t):
    """Rates, their gradient: components [00, 01, 02, 10, 11, 20]."""
    a, b = t
    rate = c[0] + c[1] * b + c[2] * b * b + c[3] * a + c[4] * a * b + c[5] * a * a
    return rate, np.array([c[3] + c[4] * b + 2 * c[5] * a, c[1] + 2 * c[2] * b + c[4] * a])


def information(c, t):
    rate, slope = values(c, t)
    return LUMINOSITY * (slope[:, None] * slope[None] / rate).sum(-1)


def show(name, info):
    v = np.linalg.inv(info)
    e = np.sqrt(np.diag(v))
    print(f"{name:10s} errors {e[0]:.8f} {e[1]:.8f} correlation {v[0, 1] / e[0] / e[1]:.8f}")


def fit(histogram, truth):
    asimov = LUMINOSITY * values(histogram, truth)[0]

    def twice(t):
        rate = LUMINOSITY * values(histogram, t)[0]
        return 2 * (rate.sum() - (asimov * np.log(rate)).sum())

    least = twice(truth)

    def t_of(k, x):
        # The profile in the other coefficient, from a scan and a polish.
        def f(y):
            t = np.array(truth, dtype=float)
            t[k], t[1 - k] = x, y
            return twice(t)

        start = min(np.linspace(truth[1 - k] - 1, truth[1 - k] + 1, 81), key=f)
        return minimize(lambda y: f(y[0]), [start], method="Nelder-Mead",
                        options=dict(xatol=1e-10, fatol=1e-13)).fun - least

    for k, name in enumerate(["CWL2", "CPWL2"]):
        ends = [brentq(lambda x: t_of(k, x) - 1, truth[k], truth[k] + d, xtol=1e-9) - truth[k]
                for d in (-0.6, 0.6)]
        print(f"    minos {name}: {ends[0]:.7f} {ends[1]:.7f}")


for which in ["va", "vb"]:
    components, histogram = load(sys.argv[1], which)
    print(which, "empty cells", (histogram[0] == 0).sum())
    for truth in [(0.0, 0.0), (10.0, 0.0)]:
        print("  at", truth, "events", LUMINOSITY * values(histogram, truth)[0].sum())
        show("  joint", information(components, truth))
        show("  histogram", information(histogram, truth))
        fit(histogram, truth)
