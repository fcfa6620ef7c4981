"""Numbers of StepCalibrationTests and PlattCalibrationTests: weighted isotonic regression as a non-negative
least-squares problem in the increments, and weighted logistic regression by root finding."""
import numpy as np
from scipy.optimize import nnls, root
from scipy.special import expit

t = np.array([.2, .1, .5, .4, .3, .9, .7, 1.1, .6, 1.5])
q = np.array([1., .8, .9, .5, 1.2, .6, .7, .2, .9, .3])
r = np.array([.1, .2, .3, .5, .6, .9, 1.3, 1.8, 2.2, 4.])
t /= t.sum()
q /= q.sum()

w = np.sqrt(t + q)
increments, _ = nnls(w[:, None] * np.tril(np.ones((10, 10))), w * t / (t + q), maxiter=1000)
s = np.cumsum(increments)
print("isotonic", repr(s / (1 - s)))

x = np.log(r)


def slope(p):
    z = p[0] * x + p[1]
    d = q * expit(z) - t * expit(-z)
    return np.array([np.sum(d * x), d.sum()])


a, b = root(slope, [1, 0], tol=1e-15).x
print("platt", repr(a), repr(b), "offset", repr(-np.log(np.sum(q * np.exp(a * x)))))
