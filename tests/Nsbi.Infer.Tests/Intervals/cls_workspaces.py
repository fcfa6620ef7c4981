"""CLs of published pyhf workspaces at one value of the parameter of interest, in torch and scipy, without
pyhf: numbers of PublishedWorkspaceLimitsTests.fs, with VALUE = 1.

usage: python3 cls_workspaces.py VALUE FILE...

Fits are those of ../Workspace/histfactory_minimum.py; the background-only Asimov set has the nuisance
parameters of the fit at 0, counts and auxiliary data as expected there.
"""
import gzip
import json
import math
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "Workspace"))
import torch
from scipy.stats import norm

from histfactory_minimum import Likelihood

value = float(sys.argv[1])

for name in sys.argv[2:]:
    opened = gzip.open if name.endswith(".gz") else open
    with opened(name, "rt") as file:
        likelihood = Likelihood(json.load(file))
    lowest, theta, _, _ = likelihood.minimum()
    best = theta[likelihood.poi]
    at_zero, zero, _, _ = likelihood.minimum(0.0)
    q = 0.0 if best > value else likelihood.minimum(value)[0] - (at_zero if best < 0 else lowest)
    q0 = max(0.0, at_zero - lowest) if best > 0 else 0.0
    zero = torch.tensor(zero)
    likelihood.counts = likelihood.expected(zero)
    g, p = likelihood.gaussian, likelihood.poisson
    likelihood.aux[g] = zero[g]
    likelihood.aux[p] = likelihood.width[p] * zero[p]
    q_asimov = likelihood.minimum(value)[0] - likelihood(zero).item()
    big = math.sqrt(q_asimov)
    t = math.sqrt(q) - big if math.sqrt(q) <= big else (q - q_asimov) / (2 * big)
    band = [norm.sf(k + big) / norm.sf(k) for k in (2, 1, 0, -1, -2)]
    print(name.split("/")[-1], f"best {best:.9g} q0 {q0:.9g} q {q:.9g} qA {q_asimov:.9g}")
    print("  CLs+b %.9g CLb %.9g CLs %.9g" % (norm.sf(t + big), norm.sf(t), norm.sf(t + big) / norm.sf(t)))
    print("  band", " ".join("%.9g" % x for x in band), flush=True)
