"""Coefficients of NormalIntegral (Chebyshev interpolation of ln[erfcx(z)/t] in 2t - 1, t = 2/(2 + z)),
and the numbers that its tests and those of the priors compare with. Needs numpy and scipy."""

import numpy as np
from numpy.polynomial import chebyshev
from scipy.special import erfcx, log_ndtr
from scipy.stats import lognorm, truncnorm

TERMS = 20


def function(y):
    t = (y + 1) / 2
    return np.log(erfcx(2 / t - 2) / t)


coefficients = chebyshev.chebinterpolate(function, TERMS - 1)
z = np.concatenate([np.linspace(0, 10, 20001), np.logspace(1, 6, 5000)])
t = 2 / (2 + z)
error = np.abs(chebyshev.chebval(2 * t - 1, coefficients) - np.log(erfcx(z) / t)).max()
print("coefficients", [float(c) for c in coefficients])
print("largest error", error)
for x in (-300.0, -37.5, -5.0, -1.0, -0.1, 0.0, 0.3, 2.0, 8.0):
    print("log_ndtr", x, repr(float(log_ndtr(x))))
for a, b in ((5, 9), (-9, -5), (38, 45)):
    print("truncnorm.ppf", a, b, truncnorm.ppf([0.01, 0.5, 0.99], a, b))
print("truncnorm.logpdf", truncnorm.logpdf(0.3, -0.4, 1.6, loc=0.2, scale=0.5))
print("lognorm.logpdf", lognorm.logpdf(3.0, 0.4, scale=2.0))
