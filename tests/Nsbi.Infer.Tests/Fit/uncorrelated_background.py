"""Numbers of UncorrelatedBackgroundTests.fs: -2 ln L of two Poisson bins with Poisson auxiliary
measurements (all constants), at points and at exact minima found with Newton steps in 40 digits."""
from mpmath import mp, mpf, log, loggamma, findroot, diff

mp.dps = 40
s, b, unc = (12, 11), (50, 52), (3, 7)
tau = [(mpf(y) / d) ** 2 for y, d in zip(b, unc)]


def poisson(n, mean):
    return 2 * (mean - n * log(mean) + loggamma(n + 1))


def nll(n, mu, *gamma):
    return sum(
        poisson(n[k], mu * s[k] + gamma[k] * b[k]) + poisson(tau[k], tau[k] * gamma[k])
        for k in range(2)
    )


def minimum(n, mu=None):
    if mu is None:
        start = (mpf("0.5"), mpf(1), mpf(1))
        slopes = lambda *x: [diff(lambda *y: nll(n, *y), x, tuple(int(i == k) for i in range(3))) for k in range(3)]
        x = findroot(slopes, start)
    else:
        slopes = lambda *x: [diff(lambda *y: nll(n, mu, *y), x, tuple(int(i == k) for i in range(2))) for k in range(2)]
        x = [mpf(mu)] + list(findroot(slopes, (mpf(1), mpf(1))))
    return [mp.nstr(v, 14) for v in x], mp.nstr(nll(n, *x), 16)


for n in (51, 48), (60, 65):
    for point in (1, 1, 1), (0, 1, 1), (0.7, 0.9, 1.2):
        print(n, point, mp.nstr(nll(n, *map(mpf, map(str, point))), 16))
    for mu in None, 0, 1:
        print(n, "minimum at mu =", mu, *minimum(n, mu))
