"""Interpolation codes worked out with 60 digits, from their conditions (not from closed forms).

Writes interpolation.csv beside this script: code, nominal, low, high, alpha, value, first, second.
Code 4 inside of +-1 is the solution of its six linear conditions, found by Gauss elimination.
"""
import os
import random
from decimal import Decimal as D, getcontext

getcontext().prec = 60


def solve(a, b):
    n = len(b)
    m = [row[:] + [b[i]] for i, row in enumerate(a)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(m[r][i]))
        m[i], m[pivot] = m[pivot], m[i]
        for r in range(n):
            if r != i:
                f = m[r][i] / m[i][i]
                m[r] = [x - f * y for x, y in zip(m[r], m[i])]
    return [m[i][n] / m[i][i] for i in range(n)]


def power(x, i):
    return x**i if i else D(1)  # 0^0 = 1


def conditions():
    rows = []
    for x in (D(1), D(-1)):
        rows.append([x**i for i in range(1, 7)])
        rows.append([i * x ** (i - 1) for i in range(1, 7)])
        rows.append([i * (i - 1) * (x ** (i - 2) if i > 1 else D(0)) for i in range(1, 7)])
    return rows


def polynomial(up, down, a):
    """Sixth order, no constant term; up, down: (value, slope, curvature) at +1 and -1."""
    c = solve(conditions(), list(up) + list(down))
    return (
        sum(c[i - 1] * a**i for i in range(1, 7)),
        sum(i * c[i - 1] * power(a, i - 1) for i in range(1, 7)),
        sum(i * (i - 1) * c[i - 1] * power(a, i - 2) for i in range(2, 7)),
    )


def lines(dp, dm, a):
    s = dp if a >= 0 else dm
    return s * a, s, D(0)


def lines_joined(dp, dm, a):
    if abs(a) >= 1:
        return lines(dp, dm, a)
    return polynomial((dp, dp, D(0)), (-dm, dm, D(0)), a)


def exponent(n, triple):
    e, f, s = triple
    v = n * e.exp()
    return v, v * f, v * (f * f + s)


def evaluate(code, n, lo, hi, a):
    dp, dm = hi - n, n - lo
    if code == "0":
        v, f, s = lines(dp, dm, a)
        return n + v, f, s
    if code == "4p":
        v, f, s = lines_joined(dp, dm, a)
        return n + v, f, s
    if code == "2":
        A, B = (hi + lo) / 2 - n, (hi - lo) / 2
        if a > 1:
            return hi + (B + 2 * A) * (a - 1), B + 2 * A, D(0)
        if a < -1:
            return lo + (B - 2 * A) * (a + 1), B - 2 * A, D(0)
        return n + B * a + A * a * a, B + 2 * A * a, 2 * A
    u, d = (hi / n).ln(), -(lo / n).ln()
    if code == "log4p":
        return exponent(n, lines_joined(u, d, a))
    if code == "4" and abs(a) < 1:
        ends = [(hi / n - 1, hi / n * u, hi / n * u * u), (lo / n - 1, lo / n * d, lo / n * d * d)]
        v, f, s = polynomial(ends[0], ends[1], a)
        return n * (1 + v), n * f, n * s
    return exponent(n, lines(u, d, a))


random.seed(20261122)
with open(os.path.join(os.path.dirname(__file__), "interpolation.csv"), "w") as out:
    out.write("code,nominal,low,high,alpha,value,first,second\n")
    for code in ("0", "1", "2", "4", "4p", "log4p"):
        for k in range(60):
            # Floats, so that the test starts from the same numbers.
            n = random.choice([1.0, 100.0 * random.random() + 0.1])
            lo, hi = (n * 2.718281828 ** random.gauss(0, 0.5) for _ in range(2))
            a = random.choice([0.0, 1.0, -1.0] + [random.uniform(-1, 1)] * 4 + [random.uniform(-4, 4)] * 4)
            x = evaluate(code, *(D(z) for z in (n, lo, hi, a)))
            numbers = [repr(z) for z in (n, lo, hi, a)] + [format(z, ".24e") for z in x]
            out.write(code + "," + ",".join(numbers) + "\n")
