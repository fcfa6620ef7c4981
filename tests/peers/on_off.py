"""The on/off problem by scipy: best values, profile and t_mu of a short list of events.

The numbers printed are quoted in tests/Nsbi.Infer.Tests/Problems/OnOffToyTests.fs.
"""

import numpy as np
from scipy import integrate, optimize, stats

S, B = 10.0, 100.0
EVENTS = np.array([-9.5, -8.25, -7.5, -7.0, -6.75, -6.0, -5.5, -4.0, -3.5, -2.75, -2.0, -1.25,
                   -1.0, -0.5, -0.25, 0.0, 0.5, 0.75, 1.5, 2.25, 3.0, 4.5, 6.25])


def signal(x):
    return stats.norm.pdf(x, -7.0, 2.0)


def background(x):
    return stats.norm.pdf(x, 0.0, 3.0)


RATIO = signal(EVENTS) / background(EVENTS)


def nll(mu, nu):
    return 2.0 * (mu * S + nu * B) - 2.0 * np.sum(np.log(mu * S * RATIO + nu * B))


def profiled(mu):
    found = optimize.minimize_scalar(lambda nu: nll(mu, nu), bounds=(1e-9, 2.0), method="bounded",
                                     options={"xatol": 1e-14})
    return found.x, found.fun


best = optimize.minimize(lambda t: nll(np.exp(t[0]), np.exp(t[1])), [-1.0, -2.0], method="BFGS",
                         options={"gtol": 1e-10})
mu, nu = np.exp(best.x)
print("best", mu, nu, best.fun)
for m in (0.0, 0.3, 1.0, 3.0):
    if m == 0.0:
        print(m, len(EVENTS) / B, nll(0.0, len(EVENTS) / B) - best.fun)
    else:
        n, value = profiled(m)
        print(m, n, value, value - best.fun)


def information(a, b, mu, nu):
    def f(x):
        return a(x) * b(x) / (mu * S * signal(x) + nu * B * background(x))

    return integrate.quad(f, -27.0, 30.0, limit=500, epsabs=1e-12, epsrel=1e-12)[0]


for mu, nu in ((5.0, 1.0), (3.0, 0.5)):
    a, b = (lambda x: S * signal(x)), (lambda x: B * background(x))
    matrix = np.array([[information(a, a, mu, nu), information(a, b, mu, nu)],
                       [information(a, b, mu, nu), information(b, b, mu, nu)]])
    inverse = np.linalg.inv(matrix)
    print("errors", mu, nu, np.sqrt(inverse[0, 0]), np.sqrt(inverse[1, 1]),
          inverse[0, 1] / np.sqrt(inverse[0, 0] * inverse[1, 1]))


def averaged(mu):
    return integrate.quad(lambda nu: np.exp(-0.5 * (nll(mu, nu) - OFFSET)), 0.05, 0.5, epsrel=1e-11)[0]


# A classifier's best answer with nu in [0.05, 0.5] and delta in [0.2, 0.6], at mu = 1.
OFFSET = best.fun
others = integrate.quad(lambda d: 0.5 * (averaged(1.0 - d) + averaged(1.0 + d)), 0.2, 0.6,
                        epsrel=1e-10)[0] / 0.4
print("average", np.log(others / averaged(1.0)))
