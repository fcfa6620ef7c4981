"""Numbers of WidthTests.fs: the width of a resonance from an off-shell unbinned channel with
interference, an on-shell counting channel and a binned off-shell channel, by quadrature of the unbinned
term and profiling with scipy.
usage: width_reference.py"""
import numpy as np
from scipy.optimize import brentq, minimize
from scipy.special import gammaln

# The interference toy: S, B, NI Gaussians, the interference is a Gaussian too.
X = np.linspace(-12, 12, 4001)
DX = X[1] - X[0]
gauss = lambda m, s: np.exp(-0.5 * ((X - m) / s) ** 2) / (s * np.sqrt(2 * np.pi))
pS, pB, pNI = gauss(1.2, 0.7), gauss(0.0, 1.0), gauss(-0.6, 1.2)
dS, dB, dNI = 40 * pS, 80 * pB, 200 * pNI
dI = -1.2 * np.sqrt(dS * dB)
dSBI = dS + dB + dI


def code4(up, down, a):
    if a >= 1:
        return up**a
    if a <= -1:
        return down**-a
    rows, rhs = [], []
    for x, y, l, s in (1.0, up, np.log(up), 1), (-1.0, down, np.log(down), -1):
        k = np.arange(1, 7)
        rows += [x**k, k * x ** (k - 1.0), k * (k - 1) * x ** (k - 2.0)]
        rhs += [y - 1, s * y * l, y * l * l]
    return 1 + np.linalg.solve(np.array(rows), np.array(rhs)) @ a ** np.arange(1, 7)


BINS = {"S": np.array([4.0, 8.0, 12.0]), "SBI": np.array([30.0, 22.0, 14.0]), "B": np.array([32.0, 20.0, 9.0])}


def expected(mu_off, mu_on, lumi, theory):
    root, l, th = np.sqrt(mu_off), code4(1.02, 0.98, lumi), code4(1.08, 0.93, theory)
    unbinned = l * (
        (mu_off - root) * dS + root * dSBI + (1 - root) * dB + th * dNI
    )
    on = l * (100 * mu_on + 60)
    binned = l * ((mu_off - root) * BINS["S"] + root * BINS["SBI"] + (1 - root) * BINS["B"])
    return unbinned, on, binned


# Data: the Asimov set of the unbinned channel at mu_off = 0.9, and counts.
WEIGHTS = expected(0.9, 1.0, 0.0, 0.0)[0] * DX
ON, OFF = 171.0, np.array([31.0, 20.0, 15.0])


def twice_nll(mu_off, mu_on, lumi, theory):
    u, on, b = expected(mu_off, mu_on, lumi, theory)
    if mu_off < 0 or np.any(u <= 0) or np.any(b <= 0) or on <= 0:
        return 1e9
    value = 2 * np.sum(u) * DX - 2 * np.sum(WEIGHTS * np.log(u))
    value += 2 * (on - ON * np.log(on) + gammaln(ON + 1))
    value += np.sum(2 * (b - OFF * np.log(b) + gammaln(OFF + 1)))
    return value + lumi**2 + theory**2


def polish(f, x):
    for _ in range(4):
        x = minimize(f, x, method="Nelder-Mead", options=dict(xatol=1e-10, fatol=1e-12, maxiter=8000, maxfev=8000)).x
    return x, f(x)


def profile(width):
    return polish(lambda p: twice_nll(width * p[0], *p), np.array([1.1, 0.0, 0.0]))[1]


if __name__ == "__main__":
    best, lowest = min((polish(lambda p: twice_nll(p[0] * p[1], *p[1:]), np.array([s, 1.1, 0.0, 0.0])) for s in (0.05, 0.8, 1.5)), key=lambda r: r[1])
    print("best", *[f"{x:.6f}" for x in best])
    t = lambda w: profile(w) - lowest
    for w in (0.0, 0.1, 0.3, 0.5, 1.5, 2.0):
        print(f"t({w}) = {t(w):.6f}")
    grid = np.linspace(0, 3, 61)
    values = np.array([t(w) for w in grid])
    for level in (1.0, 3.841458820694124):
        ends = [brentq(lambda w: t(w) - level, a, b, xtol=1e-9) for a, b, ta, tb in zip(grid, grid[1:], values, values[1:]) if (ta - level) * (tb - level) < 0]
        print("level", level, *[f"{x:.7f}" for x in ends])
