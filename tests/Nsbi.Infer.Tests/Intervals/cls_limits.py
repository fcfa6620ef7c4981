"""Numbers of UpperLimitTests.fs and HypothesisTestTests.fs: CLs and upper limits of two binned models
by their definitions, with scipy's optimiser for every fit and its root finder for every limit."""
import numpy as np
from scipy.optimize import brentq, minimize
from scipy.special import gammaln
from scipy.stats import norm


def poisson(n, nu):
    return 2 * (nu - n * np.log(nu) + gammaln(n + 1))


def code4(up, down, a):
    """HistFactory code 4 by solving its six conditions."""
    if abs(a) >= 1:
        return up**a if a > 0 else down**-a
    m, rhs = [], []
    powers = np.arange(1, 7)
    for x, y, l, s in (1.0, up, np.log(up), 1), (-1.0, down, np.log(down), -1):
        m += [x**powers, powers * x ** (powers - 1), powers * (powers - 1) * x ** (powers - 2.0)]
        rhs += [y - 1, s * y * l, y * l * l]
    return 1 + np.linalg.solve(np.array(m), np.array(rhs)) @ a**powers


class UncorrelatedBackground:
    """s = (12, 11), b = (50, 52), factors gamma with Poisson auxiliary data (b/sigma)^2."""

    s, b = np.array([12.0, 11]), np.array([50.0, 52])
    tau = (b / np.array([3.0, 7])) ** 2
    start, bounds = [1.0, 1.0], [(1e-3, 10)] * 2

    def expected(self, mu, gamma):
        return np.concatenate([mu * self.s + gamma * self.b, self.tau * gamma])

    def nll(self, data, mu, gamma):
        nu = self.expected(mu, np.asarray(gamma))
        return 1e300 if np.any(nu <= 0) else np.sum(poisson(data, nu))

    def observed(self, counts):
        return np.concatenate([counts, self.tau])


class SharedNuisance:
    """Three bins, one Gaussian nuisance: b_k by 1 +- delta_k, s_k by 1 +- 0.1, code 4."""

    s, b = np.array([5.0, 10, 20]), np.array([200.0, 100, 40])
    delta = np.array([0.05, 0.08, 0.15])
    start, bounds = [0.0], [(-5, 5)]

    def expected(self, mu, a):
        factor = np.array([code4(1 + d, 1 - d, a[0]) for d in self.delta])
        signal = code4(1.1, 0.9, a[0])
        return np.concatenate([mu * self.s * signal + self.b * factor, [a[0]]])

    def nll(self, data, mu, a):
        nu = self.expected(mu, np.asarray(a))
        if np.any(nu[:-1] <= 0):
            return 1e300
        return np.sum(poisson(data[:-1], nu[:-1])) + (data[-1] - nu[-1]) ** 2 + np.log(2 * np.pi)

    def observed(self, counts):
        return np.concatenate([counts, [0.0]])


def polish(f, x, bounds):
    best = minimize(f, x, method="L-BFGS-B", bounds=bounds, options=dict(ftol=1e-15, gtol=1e-12))
    for _ in range(4):
        best = minimize(f, best.x, method="Nelder-Mead", bounds=bounds, options=dict(xatol=1e-11, fatol=1e-13, maxiter=4000, maxfev=8000))
    return best


def conditional(model, data, mu):
    r = polish(lambda x: model.nll(data, mu, x), model.start, model.bounds)
    return r.fun, r.x


def free(model, data, low):
    r = polish(lambda x: model.nll(data, x[0], x[1:]), [max(low, 0.5)] + list(model.start), [(low, 10)] + list(model.bounds))
    return r.fun, r.x


class Test:
    def __init__(self, model, counts, low):
        self.model, self.data = model, model.observed(np.array(counts, float))
        self.free = free(model, self.data, low)
        self.zero = conditional(model, self.data, 0.0)
        self.asimov = model.expected(0.0, self.zero[1])
        self.lowest = model.nll(self.asimov, 0.0, self.zero[1])

    def q(self, mu):
        if self.free[1][0] > mu:
            return 0.0
        base = self.zero[0] if self.free[1][0] < 0 else self.free[0]
        return max(0.0, conditional(self.model, self.data, mu)[0] - base)

    def q_asimov(self, mu):
        return max(0.0, conditional(self.model, self.asimov, mu)[0] - self.lowest)

    def levels(self, mu):
        q, big = self.q(mu), np.sqrt(self.q_asimov(mu))
        t = np.sqrt(q) - big if np.sqrt(q) <= big else (q - big**2) / (2 * big)
        return norm.sf(t + big), norm.sf(t), norm.sf(t + big) / norm.sf(t)

    def band(self, mu):
        big = np.sqrt(self.q_asimov(mu))
        return [norm.sf(k + big) / norm.sf(k) for k in (2, 1, 0, -1, -2)]

    def limits(self, alpha, high):
        observed = brentq(lambda mu: np.log(self.levels(mu)[2] / alpha), 0.05, high, xtol=1e-9)
        expected = [brentq(lambda mu: np.log(self.band(mu)[k] / alpha), 0.05, high, xtol=1e-9) for k in range(5)]
        return observed, expected


for name, model, counts, low, high in (
    ("uncorrelated deficit", UncorrelatedBackground(), (51, 48), -5, 9.9),
    ("uncorrelated deficit, mu >= 0", UncorrelatedBackground(), (51, 48), 0, 9.9),
    ("uncorrelated excess", UncorrelatedBackground(), (60, 65), -5, 9.9),
    ("shared", SharedNuisance(), (195, 104, 52), 0, 9.9),
):
    test = Test(model, counts, low)
    print(name, "mu-hat %.9g" % test.free[1][0])
    print("  levels at 1: %.10g %.10g %.10g" % test.levels(1.0), " q %.10g" % test.q(1.0))
    print("  band at 1:", " ".join("%.10g" % x for x in test.band(1.0)))
    observed, expected = test.limits(0.05, high)
    print("  95 %%: %.9g |" % observed, " ".join("%.9g" % x for x in expected))
    observed, expected = test.limits(0.10, high)
    print("  90 %%: %.9g |" % observed, " ".join("%.9g" % x for x in expected), flush=True)
