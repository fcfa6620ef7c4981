"""Toys of a pyhf workspace by numpy and torch, without pyhf and without Nsbi: the numbers of
HistFactoryToysTests.fs.

usage: python3 histfactory_toys.py examples/histfactory/search.json [TOYS TO FIT]

Prints the point, mean and variance of bin counts and auxiliary data in 400,000 toys drawn there, and
moments of the best signal strength in fitted toys. The likelihood of the fits is that of
../Workspace/histfactory_minimum.py; expectations and auxiliaries are written out here by hand.
"""
import json
import math
import sys
from pathlib import Path

import numpy as np

file, fitted = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 400
sys.argv = sys.argv[:1]
sys.path.append(str(Path(__file__).parent.parent / "Workspace"))
from histfactory_minimum import Likelihood, minimize, torch  # noqa: E402

spec = json.load(open(file))
point = {
    "mu": 1.3, "lumi": 1.005, "jes": 0.5, "bkg_norm": -0.4,
    "stat_SR[0]": 1.02, "stat_SR[1]": 0.98, "stat_SR[2]": 1.01,
    "fakes_SR[0]": 1.1, "fakes_SR[1]": 0.9, "fakes_SR[2]": 1.05,
}


def code4(up, down, a):
    rows, right = [], []
    for x, y, l, s in ((1.0, up, math.log(up), 1), (-1.0, down, math.log(down), -1)):
        p = np.arange(1, 7)
        rows += [x**p, p * x ** (p - 1), p * (p - 1) * x ** (p - 2.0)]
        right += [y - 1, s * y * l, y * l * l]
    return 1 + np.linalg.solve(np.array(rows), np.array(right)) @ a ** np.arange(1, 7)


def code4p(nominal, up, down, a):
    s, d = 0.5 * (up - down), 0.0625 * (up + down - 2 * nominal)
    return a * (s + a * d * (15 + a * a * (-10 + 3 * a * a)))


signal, background, fakes = spec["channels"][0]["samples"]
data = lambda sample, name, kind: next(
    m["data"] for m in sample["modifiers"] if m["name"] == name and m["type"] == kind
)
array = lambda x: np.array(x, float)
stat = array([point[f"stat_SR[{b}]"] for b in range(3)])
fake = array([point[f"fakes_SR[{b}]"] for b in range(3)])


def shifted(sample):
    d, nominal = data(sample, "jes", "histosys"), array(sample["data"])
    return nominal + code4p(nominal, array(d["hi_data"]), array(d["lo_data"]), point["jes"])


norm, jes = data(background, "bkg_norm", "normsys"), data(background, "jes", "normsys")
expected = (
    point["mu"] * point["lumi"] * stat * shifted(signal)
    + code4(norm["hi"], norm["lo"], point["bkg_norm"])
    * code4(jes["hi"], jes["lo"], point["jes"])
    * stat
    * shifted(background)
    + fake * array(fakes["data"])
)
tau = (array(fakes["data"]) / array(data(fakes, "fakes_SR", "shapesys"))) ** 2
both = array(signal["data"]) + array(background["data"])
delta = np.hypot(data(signal, "stat_SR", "staterror"), data(background, "stat_SR", "staterror")) / both

rng = np.random.default_rng(20)


def draw(n):
    aux = {
        "lumi": rng.normal(point["lumi"], 0.017, n),
        "jes": rng.normal(point["jes"], 1.0, n),
        "bkg_norm": rng.normal(point["bkg_norm"], 1.0, n),
    }
    for b in range(3):
        aux[f"stat_SR[{b}]"] = rng.normal(stat[b], delta[b], n)
        aux[f"fakes_SR[{b}]"] = rng.poisson(tau[b] * fake[b], n)
    return rng.poisson(expected, (n, 3)), aux


counts, aux = draw(400_000)
for b in range(3):
    print(f"bin {b}: {expected[b]:.10g} {counts[:, b].mean():.6g} {counts[:, b].var():.6g}")
for name, values in aux.items():
    print(f"aux {name}: {values.mean():.6g} {values.var():.6g}")

likelihood = Likelihood(spec)
low, high = np.array(likelihood.bounds).T


def both(x):
    x = torch.tensor(x, requires_grad=True)
    value = likelihood(x)
    if not math.isfinite(value.item()):  # a negative expectation: the step was too long
        return 1e9, np.zeros(len(low))
    value.backward()
    return value.item(), x.grad.numpy()


def fit(start):
    """The minimum, and sqrt((2/H)_kk) of the signal strength if it is not at a bound."""
    x = minimize(both, start, jac=True, bounds=list(zip(low, high)), method="L-BFGS-B",
                 options={"maxiter": 5000, "maxfun": 20000, "ftol": 1e-14, "gtol": 1e-7}).x
    inner = np.nonzero((x > low + 1e-9) & (x < high - 1e-9))[0]
    hessian = torch.autograd.functional.hessian(likelihood, torch.tensor(x)).numpy()
    covariance = 2 * np.linalg.inv(hessian[np.ix_(inner, inner)])
    k = np.nonzero(inner == likelihood.poi)[0]
    return x[likelihood.poi], math.sqrt(covariance[k[0], k[0]]) if len(k) else math.nan


start = np.array([point[name] for name in likelihood.names])
best, errors = [], []
for counts, *values in zip(*(lambda c, a: [c, *a.values()])(*draw(fitted))):
    likelihood.counts = torch.tensor(counts.astype(float))
    for name, value in zip(aux, values):
        likelihood.aux[likelihood.names.index(name)] = float(value)
    mu, error = fit(start)
    best.append(mu)
    errors.append(error)
best, errors = np.array(best), np.array(errors)
inside = best > 1e-6
pull = ((best - point["mu"]) / errors)[inside & np.isfinite(errors)]
print(f"{fitted} fits: mean {best.mean():.6g} rms {best.std(ddof=1):.6g} at bound {1 - inside.mean():.4g}")
print(f"pull mean {pull.mean():.6g} rms {pull.std(ddof=1):.6g} of {len(pull)}")
