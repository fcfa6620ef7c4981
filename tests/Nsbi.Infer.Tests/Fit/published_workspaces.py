"""Numbers of PublishedWorkspacesTests.fs: -2 ln L of published pyhf workspaces at a point, written
out from the definition of each modifier with numpy.
usage: published_workspaces.py FOLDER"""
import gzip, json, math, sys
from pathlib import Path
import numpy as np
from scipy.special import gammaln


def code4(up, down, a):
    """HistFactory code 4 by solving its six conditions."""
    if a >= 1:
        return up**a
    if a <= -1:
        return down**-a
    m, rhs = [], []
    for x, y, l, s in (1.0, up, math.log(up), 1), (-1.0, down, math.log(down), -1):
        powers = np.arange(1, 7)
        m += [x**powers, powers * x ** (powers - 1), powers * (powers - 1) * x ** (powers - 2.0)]
        rhs += [y - 1, s * y * l, y * l * l]
    return 1 + np.linalg.solve(np.array(m), np.array(rhs)) @ a ** np.arange(1, 7)


def code4p(nominal, up, down, a):
    plus, minus = up - nominal, nominal - down
    if abs(a) >= 1:
        return a * (plus if a > 0 else minus)
    s, d = 0.5 * (plus + minus), 0.0625 * (plus - minus)
    return a * (s + a * d * (15 + a * a * (-10 + 3 * a * a)))


def parameters(doc):
    """name -> ('alpha' | 'free' | ('gaussian', sigma))"""
    found = {}
    for channel in doc["channels"]:
        stat = {}
        for sample in channel["samples"]:
            for m in sample["modifiers"]:
                if m["type"] in ("normsys", "histosys"):
                    found[m["name"]] = "alpha"
                elif m["type"] == "normfactor":
                    found[m["name"]] = "free"
                elif m["type"] == "lumi":
                    found[m["name"]] = ("gaussian", 1.0, None)
                elif m["type"] == "staterror":
                    stat.setdefault(m["name"], []).append((np.array(sample["data"]), np.array(m["data"])))
        for name, uses in stat.items():
            nu = sum(u[0] for u in uses)
            sigma = np.sqrt(sum(u[1] ** 2 for u in uses)) / nu
            for b, width in enumerate(sigma):
                found[f"{name}[{b}]"] = ("gaussian", 1.0, width)
    for p in doc["measurements"][0]["config"]["parameters"]:
        if p["name"] == "lumi":
            found["lumi"] = ("gaussian", p["auxdata"][0], p["sigmas"][0])
    return found


def nll(doc, kinds, at):
    observed = {o["name"]: o["data"] for o in doc["observations"]}
    total = 0.0
    for channel in doc["channels"]:
        expected = 0.0
        for sample in channel["samples"]:
            nominal = np.array(sample["data"], float)
            factor, shift = np.ones_like(nominal), np.zeros_like(nominal)
            for m in sample["modifiers"]:
                name, data = m["name"], m["data"]
                if m["type"] == "normsys":
                    factor = factor * code4(data["hi"], data["lo"], at[name])
                elif m["type"] == "histosys":
                    hi, lo = np.array(data["hi_data"]), np.array(data["lo_data"])
                    shift = shift + code4p(nominal, hi, lo, at[name])
                elif m["type"] == "staterror":
                    factor = factor * [at[f"{name}[{b}]"] for b in range(len(nominal))]
                else:
                    factor = factor * at[name]
            expected = expected + factor * (nominal + shift)
        n = np.array(observed[channel["name"]], float)
        total += np.sum(2 * (expected - n * np.log(expected) + gammaln(n + 1)))
    for name, kind in kinds.items():
        if kind != "free":
            mean, sigma = (0.0, 1.0) if kind == "alpha" else kind[1:]
            total += ((at[name] - mean) / sigma) ** 2 + math.log(2 * math.pi * sigma**2)
    return total


for path in sorted(Path(sys.argv[1]).glob("*.json.gz")):
    doc = json.load(gzip.open(path))
    kinds = parameters(doc)
    names = sorted(kinds)
    size = lambda name: (0.0, 0.8) if kinds[name] == "alpha" else (1.0, 0.1)
    point = {x: size(x)[0] + size(x)[1] * math.sin(k + 1) for k, x in enumerate(names)}
    print(f"{path.name[:-8]} {len(names)} {nll(doc, kinds, point):.13g}", flush=True)
