"""Numbers of RankingTests.fs and UncertaintyBreakdownTests.fs: impacts and the breakdown of an error in
ranking.json, from the definition of each modifier in torch: gradients and Hessians by its automatic
differentiation, minima by Newton's method.
usage: ranking_reference.py"""
import json
from pathlib import Path

import torch

torch.set_default_dtype(torch.float64)
DOC = json.load(open(Path(__file__).with_name("ranking.json")))


def code4(up, down, a):
    up, down = torch.tensor(up), torch.tensor(down)
    rows, rhs = [], []
    for x, y, l, s in (1.0, up, up.log(), 1.0), (-1.0, down, down.log(), -1.0):
        k = torch.arange(1, 7, dtype=torch.float64)
        rows += [x**k, k * x ** (k - 1), k * (k - 1) * x ** (k - 2.0)]
        rhs += [y - 1, s * y * l, y * l * l]
    c = torch.linalg.solve(torch.stack(rows), torch.stack(rhs))
    inside = 1 + sum(c[i] * a ** (i + 1) for i in range(6))
    return torch.where(a >= 1, up**a, torch.where(a <= -1, down ** (-a), inside))


def code4p(nominal, up, down, a):
    plus, minus = up - nominal, nominal - down
    s, d = 0.5 * (plus + minus), 0.0625 * (plus - minus)
    inside = a * (s + a * d * (15 + a * a * (-10 + 3 * a * a)))
    return torch.where(a >= 1, a * plus, torch.where(a <= -1, a * minus, inside))


def parameters():
    found = {}
    for channel in DOC["channels"]:
        stat = {}
        for sample in channel["samples"]:
            nominal = torch.tensor(sample["data"])
            for m in sample["modifiers"]:
                kind, name = m["type"], m["name"]
                if kind in ("normsys", "histosys"):
                    found[name] = ["gauss", 0.0, 1.0]
                elif kind == "normfactor":
                    found[name] = ["free"]
                elif kind == "lumi":
                    found[name] = ["gauss", 1.0, 0.017]
                elif kind == "staterror":
                    stat.setdefault(name, []).append((nominal, torch.tensor(m["data"])))
                elif kind == "shapesys":
                    for b, tau in enumerate((nominal / torch.tensor(m["data"])) ** 2):
                        found[f"{name}[{b}]"] = ["poisson", float(tau), float(tau)]
        for name, uses in stat.items():
            width = sum(u[1] ** 2 for u in uses).sqrt() / sum(u[0] for u in uses)
            for b, w in enumerate(width):
                found[f"{name}[{b}]"] = ["gauss", 1.0, float(w)]
    return found


KINDS = parameters()
NAMES = list(KINDS)
WIDTH = {
    n: None if k[0] == "free" else k[2] if k[0] == "gauss" else k[1] ** 0.5 / k[2]
    for n, k in KINDS.items()
}


def twice_nll(theta, observables):
    at = dict(zip(NAMES, theta))
    data = {o["name"]: torch.tensor(o["data"], dtype=torch.float64) for o in DOC["observations"]}
    total = 0.0
    for channel in DOC["channels"]:
        expected = 0.0
        for sample in channel["samples"]:
            nominal = torch.tensor(sample["data"])
            factor, shift = torch.ones_like(nominal), torch.zeros_like(nominal)
            for m in sample["modifiers"]:
                name, kind, values = m["name"], m["type"], m["data"]
                if kind == "normsys":
                    factor = factor * code4(values["hi"], values["lo"], at[name])
                elif kind == "histosys":
                    hi, lo = torch.tensor(values["hi_data"]), torch.tensor(values["lo_data"])
                    shift = shift + code4p(nominal, hi, lo, at[name])
                elif kind in ("staterror", "shapesys"):
                    factor = factor * torch.stack([at[f"{name}[{b}]"] for b in range(len(nominal))])
                else:
                    factor = factor * at[name]
            expected = expected + factor * (nominal + shift)
        n = data[channel["name"]]
        total = total + torch.sum(2 * (expected - n * expected.log() + torch.lgamma(n + 1)))
    for name, kind in KINDS.items():
        a = observables[name]
        if kind[0] == "gauss":
            total = total + ((a - at[name]) / kind[2]) ** 2
        elif kind[0] == "poisson":
            total = total + 2 * (kind[2] * at[name] - a * (kind[2] * at[name]).log())
    return total


OBSERVED = {n: None if k[0] == "free" else k[1] for n, k in KINDS.items()}
START = torch.tensor([0.0 if k[0] == "gauss" and k[1] == 0.0 else 1.0 for k in KINDS.values()])


def minimise(held={}, observables=OBSERVED):
    free = [i for i, n in enumerate(NAMES) if n not in held]
    theta = START.clone()
    for n, v in held.items():
        theta[NAMES.index(n)] = v
    whole = lambda x: theta.index_put((torch.tensor(free),), x)
    f = lambda x: twice_nll(whole(x), observables)
    x = theta[free].clone()
    for _ in range(60):
        x.requires_grad_(True)
        g = torch.autograd.grad(f(x), x)[0]
        x = x.detach()
        h = torch.autograd.functional.hessian(f, x)
        step, scale = torch.linalg.solve(h, g), 1.0
        while scale > 1e-6 and not f(x - scale * step) <= f(x):
            scale *= 0.5
        x = x - scale * step
        if step.abs().max() < 1e-11:
            break
    h = torch.autograd.functional.hessian(f, x)
    v = torch.zeros(len(NAMES), len(NAMES))
    v[torch.tensor(free).unsqueeze(1), torch.tensor(free)] = 2 * torch.linalg.inv(h)
    return whole(x).detach(), v, float(f(x))


if __name__ == "__main__":
    best, v, value = minimise()
    p = NAMES.index("mu")
    total = v[p, p].sqrt()
    print(f"mu {best[p]:.9f} +- {total:.9f}")
    constrained = [n for n in NAMES if WIDTH[n] is not None]
    square = 0.0
    for k, n in enumerate(NAMES):
        if n == "mu":
            continue
        sigma, width = v[k, k].sqrt(), WIDTH[n]
        shifted = lambda x: float(minimise({n: x})[0][p] - best[p])
        numbers = [shifted(best[k] + sigma), shifted(best[k] - sigma)]
        numbers += [float(v[p, k] / sigma)]
        if width is not None:
            numbers += [shifted(best[k] + width), shifted(best[k] - width)]
            a = KINDS[n][1]
            d = width if KINDS[n][0] == "gauss" else a**0.5
            for s in (1, -1):
                moved = dict(OBSERVED) | {n: a + s * d}
                numbers.append(float(minimise({}, moved)[0][p] - best[p]))
            theta0 = a if KINDS[n][0] == "gauss" else a / KINDS[n][2]
            numbers += [float((best[k] - theta0) / width), float(sigma / width)]
            c = 1 / width if KINDS[n][0] == "gauss" else a**0.5 / float(best[k])
            square += float(c * v[p, k]) ** 2
        print(n, *[f"{x:.8f}" for x in numbers], sep="; ")
    print(f"observables {square**0.5:.8f} data {(float(total) ** 2 - square) ** 0.5:.8f}")
    error = lambda names: float(minimise({n: best[NAMES.index(n)] for n in names})[1][p, p].sqrt())
    groups = {
        "statistical": constrained,
        "all": [n for n in NAMES if n != "mu"],
        "MC statistics": [n for n in NAMES if "[" in n],
        "jes": ["jes"],
        "bkg": ["bkg_free", "bkg_shape"],
    }
    for g, names in groups.items():
        print(g, f"{error(names):.8f}", f"{(float(total) ** 2 - error(names) ** 2) ** 0.5:.8f}")
    from scipy.stats import chi2

    data = torch.cat([torch.tensor(o["data"], dtype=torch.float64) for o in DOC["observations"]])
    perfect = float(torch.sum(2 * (data - data * data.log() + torch.lgamma(data + 1))))
    for k in KINDS.values():
        if k[0] == "poisson":
            perfect += 2 * (k[1] - k[1] * torch.log(torch.tensor(k[1])).item())
    q, degrees = value - perfect, len(data) - 2
    print(f"saturated {q:.8f} {degrees} {chi2.sf(q, degrees):.8f}")
    for k, x in (1, 100.0), (7, 3.5), (250, 310.0), (3, 60.0):
        print(f"chi2 {k} {x} {chi2.sf(x, k):.12g}")
