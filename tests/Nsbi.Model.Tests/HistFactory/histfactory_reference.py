"""-2 ln L of pyhf workspaces from HistFactory's formulas, in numpy and without pyhf.

usage: python3 histfactory_reference.py FOLDER [NAME...]

Written from the definition (CERN-OPEN-2012-016 and pyhf 0.7's documentation): per sample and bin
    prod(factors) * (nominal + sum(histosys deltas)),
normsys with code 4, histosys with code 4p, staterror widths sqrt(sum delta^2)/sum nu, shapesys with
Poisson constraints tau = (nu/delta)^2; the term of every constraint and all constants are in.
Prints, for the first measurement, -2 ln L and the sum of all expected bins at the initial values and
at a shifted point: with k the place of a component in the sorted list of their names (by code point),
    theta_k = init_k + s sin(k),  s = 0.5 for normsys and histosys, 0.02 for all others.
The numbers stand in HistFactoryTests.fs.
"""
import gzip
import json
import math
import sys

import numpy as np
from scipy.special import gammaln


def code4(low, high, alpha):
    if abs(alpha) >= 1:
        return (high if alpha >= 0 else low) ** abs(alpha)
    # six conditions: value, slope and curvature at +1 and -1 of 1 + sum c_i alpha^i
    powers = np.arange(1, 7)
    rows = []
    for x in (1.0, -1.0):
        rows.append(x**powers)
        rows.append(powers * x ** (powers - 1))
        rows.append(powers * (powers - 1) * x ** (powers - 2.0))
    lh, ll = math.log(high), math.log(low)
    right = [high - 1, high * lh, high * lh**2, low - 1, -low * ll, low * ll**2]
    c = np.linalg.solve(np.array(rows), np.array(right))
    return 1 + float(np.sum(c * alpha**powers))


def code4p(nominal, low, high, alpha):
    up, down = high - nominal, nominal - low
    if alpha > 1:
        return up * alpha
    if alpha < -1:
        return down * alpha
    s, a = 0.5 * (up + down), 0.0625 * (up - down)
    return alpha * (s + alpha * a * (15 + alpha**2 * (-10 + 3 * alpha**2)))


class Parameter:
    def __init__(self, kind, n):
        self.kind, self.n = kind, n
        self.init, self.aux, self.width = np.ones(n), None, None
        if kind == "alpha":
            self.init, self.aux, self.width = np.zeros(1), np.zeros(1), np.ones(1)


def parameters(spec):
    found, stat = {}, {}
    for channel in spec["channels"]:
        for sample in channel["samples"]:
            nu = np.array(sample["data"], float)
            for m in sample["modifiers"]:
                name, kind = m["name"], m["type"]
                if kind in ("normsys", "histosys"):
                    found.setdefault(name, Parameter("alpha", 1))
                elif kind in ("normfactor", "lumi"):
                    found.setdefault(name, Parameter(kind, 1))
                elif kind == "shapefactor":
                    found.setdefault(name, Parameter(kind, len(nu)))
                elif kind == "shapesys":
                    p = found.setdefault(name, Parameter(kind, len(nu)))
                    delta = np.array(m["data"], float)
                    good = (nu > 0) & (delta > 0)
                    tau = np.ones(len(nu))
                    tau[good] = nu[good] ** 2 / delta[good] ** 2
                    p.aux, p.width = tau.copy(), tau
                else:
                    p = found.setdefault(name, Parameter(kind, len(nu)))
                    total, square = stat.setdefault(name, [np.zeros(len(nu)), np.zeros(len(nu))])
                    total += nu
                    square += np.array(m["data"], float) ** 2
    for name, (total, square) in stat.items():
        p = found[name]
        width = np.zeros(p.n)
        good = total > 0
        width[good] = np.sqrt(square[good]) / total[good]
        p.aux, p.width = np.ones(p.n), np.where(width > 0, width, 1.0)
    for given in spec["measurements"][0]["config"]["parameters"]:
        p = found.get(given["name"])
        if p is None:
            continue
        p.init = np.array(given.get("inits", p.init), float)
        if "auxdata" in given:
            p.aux = np.array(given["auxdata"], float)
        if "sigmas" in given or "factors" in given:
            p.width = np.array(given.get("sigmas", given.get("factors")), float)
    return found


def expected(channel, theta):
    total = 0
    for sample in channel["samples"]:
        nu = np.array(sample["data"], float)
        bins, factor = nu.copy(), np.ones(len(nu))
        for m in sample["modifiers"]:
            value, data = theta[m["name"]], m["data"]
            if m["type"] == "histosys":
                for b in range(len(nu)):
                    bins[b] += code4p(nu[b], data["lo_data"][b], data["hi_data"][b], value[0])
            elif m["type"] == "normsys":
                factor *= code4(data["lo"], data["hi"], value[0])
            else:
                factor *= value
        total = total + factor * bins
    return total


def twice_nll(spec, found, theta):
    counts = {o["name"]: np.array(o["data"], float) for o in spec["observations"]}
    result, rate = 0.0, 0.0
    for channel in spec["channels"]:
        nu, n = expected(channel, theta), counts[channel["name"]]
        rate += nu.sum()
        result += 2 * np.sum(nu - n * np.log(nu) + gammaln(n + 1))
    for name, p in found.items():
        if p.kind in ("alpha", "lumi", "staterror"):
            pull = (p.aux - theta[name]) / p.width
            result += np.sum(pull**2 + 2 * np.log(p.width) + math.log(2 * math.pi))
        elif p.kind == "shapesys":
            mean = p.width * theta[name]
            result += 2 * np.sum(mean - p.aux * np.log(mean) + gammaln(p.aux + 1))
    return result, rate


def main():
    folder, names = sys.argv[1], sys.argv[2:]
    for name in names:
        opened = gzip.open if name.endswith(".gz") else open
        with opened(f"{folder}/{name}", "rt") as file:
            spec = json.load(file)
        found = parameters(spec)
        nominal = {name: p.init.copy() for name, p in found.items()}
        components = []
        for key, p in found.items():
            scalar = p.kind in ("alpha", "normfactor", "lumi")
            for b in range(p.n):
                components.append((key if scalar else f"{key}[{b}]", key, b))
        shifted = {name: p.init.copy() for name, p in found.items()}
        for k, (_, key, b) in enumerate(sorted(components)):
            size = 0.5 if found[key].kind == "alpha" else 0.02
            shifted[key][b] += size * math.sin(k)
        print(name, len(components))
        for theta in (nominal, shifted):
            value, rate = twice_nll(spec, found, theta)
            print(f"  {value:.13g} {rate:.13g}")


main()
