"""The optimal map between two normal distributions, and 2-D transport of points by an assignment, with scipy:
the numbers in tests/Nsbi.Learn.Tests/Transport."""

import numpy as np
from scipy.linalg import sqrtm
from scipy.optimize import linear_sum_assignment

s1 = np.array([[2, 0.5], [0.5, 1]])
s2 = np.array([[1, -0.3], [-0.3, 0.7]])
m = np.array([1.0, -2.0])
root = np.real(sqrtm(s1))
middle = np.real(sqrtm(root @ s2 @ root))
inverse = np.linalg.inv(root)
a = inverse @ middle @ inverse
print("W2^2", repr(m @ m + np.trace(s1 + s2 - 2 * middle)))
print("A", a.ravel().tolist())

# Transport of correlated skewed pairs, by the best assignment of n points: its mean cost at the test's settings.
rng = np.random.default_rng(1)
for n in (500, 1000, 2000):
    costs = []
    for _ in range(5):
        x = rng.normal(size=(n, 2))
        e = rng.normal(size=(n, 2))
        r = 0.6 * e[:, 0] + 0.8 * e[:, 1]
        y = np.stack([np.exp(0.5 * e[:, 0]), r + 0.3 * r**2], axis=1)
        cost = ((x[:, None, :] - y[None, :, :]) ** 2).sum(2)
        i, j = linear_sum_assignment(cost)
        costs.append(cost[i, j].mean())
    print("assignment", n, np.mean(costs), np.std(costs))
