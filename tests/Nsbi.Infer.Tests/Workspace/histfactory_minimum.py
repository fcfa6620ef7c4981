"""Minima of -2 ln L of pyhf workspaces, in torch (double precision) and scipy, without pyhf.

usage: python3 histfactory_minimum.py FILE...

The likelihood is that of tests/Nsbi.Model.Tests/HistFactory/histfactory_reference.py, over arrays;
bounds and fixed parameters are those of the first measurement. L-BFGS-B, then Newton steps in the
free parameters until they no longer change. Prints -2 ln L at the minimum, the parameter of interest
with its error sqrt((2/H)_kk), and -2 ln L with the parameter of interest held at 0 and at 1. The
numbers stand in HistFactoryFitTests.fs.
"""
import gzip
import json
import math
import sys

import numpy as np
import torch
from scipy.optimize import minimize

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
INVERSE = np.linalg.inv(
    np.array(
        [
            [x**p for p in range(1, 7)] if d == 0
            else [p * x ** (p - 1) for p in range(1, 7)] if d == 1
            else [p * (p - 1) * x ** (p - 2.0) if p > 1 else 0.0 for p in range(1, 7)]
            for x in (1.0, -1.0)
            for d in range(3)
        ]
    )
)


class Likelihood:
    def __init__(self, spec):
        self.names, self.index, self.init, self.bounds = [], {}, [], []
        self.fixed, self.aux, self.width, self.kind = [], [], [], []
        self.nominal, self.bin, self.counts = [], [], []
        hist, norm, factor = [], [], []
        stat, shape = {}, {}
        observed = {o["name"]: o["data"] for o in spec["observations"]}
        for channel in spec["channels"]:
            first_bin = len(self.counts)
            self.counts += observed[channel["name"]]
            for sample in channel["samples"]:
                first = len(self.nominal)
                self.nominal += sample["data"]
                self.bin += range(first_bin, first_bin + len(sample["data"]))
                for m in sample["modifiers"]:
                    n, data = len(sample["data"]), m["data"]
                    kind = "alpha" if m["type"] in ("normsys", "histosys") else m["type"]
                    size = n if kind in ("staterror", "shapesys", "shapefactor") else 1
                    at = self.declare(m["name"], kind, size)
                    for b in range(n):
                        row = first + b
                        if m["type"] == "histosys":
                            nu = sample["data"][b]
                            up, down = data["hi_data"][b] - nu, nu - data["lo_data"][b]
                            hist.append((row, at, up, down))
                        elif m["type"] == "normsys":
                            norm.append((row, at, math.log(data["hi"]), math.log(data["lo"])))
                        else:
                            factor.append((row, at + (b if size > 1 else 0)))
                    if kind == "staterror":
                        total = stat.setdefault(at, np.zeros((n, 2)))
                        total += np.array([sample["data"], np.square(data)]).T
                    if kind == "shapesys":
                        shape[at] = (np.array(sample["data"]), np.array(data))
        for at, total in stat.items():
            for b, (nu, variance) in enumerate(total):
                width = math.sqrt(variance) / nu if nu > 0 else 0.0
                self.width[at + b] = width if width > 0 else 1.0
                self.fixed[at + b] = not width > 0
        for at, (nu, delta) in shape.items():
            for b in range(len(nu)):
                good = nu[b] > 0 and delta[b] > 0
                tau = nu[b] ** 2 / delta[b] ** 2 if good else 1.0
                self.aux[at + b] = self.width[at + b] = tau
                self.fixed[at + b] = not good
        config = spec["measurements"][0]["config"]
        for given in config["parameters"]:
            at = self.index.get(given["name"])
            if at is None:
                continue
            for key, target in (("inits", self.init), ("bounds", self.bounds), ("auxdata", self.aux),
                                ("sigmas", self.width), ("factors", self.width)):
                for b, value in enumerate(given.get(key, [])):
                    target[at + b] = value
            if "fixed" in given:
                for b, name in enumerate(self.names):
                    if name == given["name"] or name.startswith(given["name"] + "["):
                        self.fixed[b] = given["fixed"]
        self.poi = self.index.get(config["poi"])
        t = torch.tensor
        self.nominal, self.bin, self.counts = t(self.nominal), t(self.bin), t([float(n) for n in self.counts])
        split = lambda rows: [t(list(c)) for c in zip(*rows)] if rows else None
        self.hist, self.norm, self.factor = split(hist), split(norm), split(factor)
        if self.norm:
            lh, ll = self.norm[2].numpy(), self.norm[3].numpy()
            h, l = np.exp(lh), np.exp(ll)
            right = np.array([h - 1, h * lh, h * lh**2, l - 1, -l * ll, l * ll**2])
            self.coefficients = t(INVERSE @ right)
        kinds = np.array(self.kind)
        pick = lambda *names: t(np.nonzero(np.isin(kinds, names))[0])
        self.gaussian, self.poisson = pick("alpha", "lumi", "staterror"), pick("shapesys")
        self.aux, self.width = t(self.aux), t(self.width)

    def declare(self, name, kind, size):
        if name not in self.index:
            self.index[name] = len(self.names)
            alpha = kind == "alpha"
            for b in range(size):
                vector = kind in ("staterror", "shapesys", "shapefactor")
                self.names.append(f"{name}[{b}]" if vector else name)
                self.init.append(0.0 if alpha else 1.0)
                low = -5.0 if alpha else 0.0 if kind in ("normfactor", "shapefactor") else 1e-10
                self.bounds.append((low, 5.0 if alpha else 10.0))
                self.fixed.append(False)
                self.aux.append(0.0 if alpha else 1.0)
                self.width.append(1.0)
                self.kind.append(kind)
        return self.index[name]

    def expected(self, theta):
        bins = self.nominal
        if self.hist:
            row, at, up, down = self.hist
            a = theta[at]
            s, d = 0.5 * (up + down), 0.0625 * (up - down)
            inside = a * (s + a * d * (15 + a**2 * (-10 + 3 * a**2)))
            delta = torch.where(a > 1, a * up, torch.where(a < -1, a * down, inside))
            bins = bins.index_add(0, row, delta)
        logs = torch.zeros(len(self.nominal))
        if self.norm:
            row, at, lh, ll = self.norm
            a = theta[at]
            powers = torch.stack([a**p for p in range(1, 7)])
            inside = torch.log1p((self.coefficients * powers).sum(0))
            log = torch.where(a >= 1, a * lh, torch.where(a <= -1, -a * ll, inside))
            logs = logs.index_add(0, row, log)
        factors = torch.exp(logs)
        if self.factor:
            row, at = self.factor
            for k in range(int(torch.bincount(row).max())):
                # the k-th factor of each row
                seen, chosen = {}, []
                for i, r in enumerate(row.tolist()):
                    seen[r] = seen.get(r, -1) + 1
                    if seen[r] == k:
                        chosen.append(i)
                one = torch.ones(len(self.nominal)).index_copy(0, row[chosen], theta[at[chosen]])
                factors = factors * one
        return torch.zeros(len(self.counts)).index_add(0, self.bin, factors * bins)

    def __call__(self, theta):
        nu, n = self.expected(theta), self.counts
        value = 2 * (nu - torch.xlogy(n, nu) + torch.lgamma(n + 1)).sum()
        g, p = self.gaussian, self.poisson
        pull = (self.aux[g] - theta[g]) / self.width[g]
        value = value + (pull**2 + 2 * torch.log(self.width[g]) + math.log(2 * math.pi)).sum()
        mean, a = self.width[p] * theta[p], self.aux[p]
        return value + 2 * (mean - torch.xlogy(a, mean) + torch.lgamma(a + 1)).sum()

    def minimum(self, held=None):
        start, fixed = np.array(self.init, float), list(self.fixed)
        if held is not None:
            start[self.poi], fixed[self.poi] = held, True
        free = [k for k in range(len(start)) if not fixed[k]]

        def at(x):
            theta = torch.tensor(start)
            x = torch.as_tensor(x)
            return theta.index_copy(0, torch.tensor(free), x)

        def both(x):
            x = torch.tensor(x, requires_grad=True)
            value = self(at(x))
            if not math.isfinite(value.item()):  # a negative expectation: the step was too long
                return 1e9, np.zeros(len(free))
            value.backward()
            return value.item(), x.grad.numpy()

        bounds = [self.bounds[k] for k in free]
        x = minimize(both, start[free], jac=True, bounds=bounds, method="L-BFGS-B",
                     options={"maxiter": 5000, "maxfun": 20000, "ftol": 1e-15, "gtol": 1e-9}).x
        low, high = np.array(bounds).T
        inner = (x > low + 1e-9) & (x < high - 1e-9)
        for _ in range(20):
            hessian = torch.autograd.functional.hessian(lambda x: self(at(x)), torch.tensor(x)).numpy()
            gradient = both(x)[1]
            step = np.linalg.solve(hessian[np.ix_(inner, inner)], gradient[inner])
            x[inner] -= step
            if np.abs(step).max() < 1e-13:
                break
        theta = start.copy()
        theta[free] = x
        error = None
        if self.poi in free:
            k = int(np.sum(inner[: free.index(self.poi)]))
            error = math.sqrt(2 * np.linalg.inv(hessian[np.ix_(inner, inner)])[k, k])
        return both(x)[0], theta, error, [self.names[k] for k, i in zip(free, inner) if not i]


def main():
    for name in sys.argv[1:]:
        opened = gzip.open if name.endswith(".gz") else open
        with opened(name, "rt") as file:
            likelihood = Likelihood(json.load(file))
        value, theta, error, at_bounds = likelihood.minimum()
        print(name.split("/")[-1], len(theta), f"{value:.13g}", at_bounds)
        if likelihood.poi is not None:
            print(f"  {likelihood.names[likelihood.poi]} = {theta[likelihood.poi]:.10g} +- {error:.10g}")
            for held in (0.0, 1.0):
                print(f"  at {held}: {likelihood.minimum(held)[0]:.13g}")


if __name__ == "__main__":
    main()
