"""Weighted distance correlation by the expectations of its definition (arXiv:0803.4101, theorem 8), with
numpy: the number in tests/Nsbi.Learn.Tests/Summaries/DistanceCorrelationTests.fs."""

import numpy as np

i = np.arange(40)
x = np.sin(1.0 + 3.0 * i)
z = np.cos(2.0 * i) * x + 0.1 * i
w = 1.0 + (i % 3)
w = w / w.sum()


def dcov2(a, b):
    da = np.abs(a[:, None] - a[None, :])
    db = np.abs(b[:, None] - b[None, :])
    pairs = np.einsum("i,j,ij,ij", w, w, da, db)
    means = (w @ da @ w) * (w @ db @ w)
    triples = np.einsum("i,j,k,ij,ik", w, w, w, da, db)
    return pairs + means - 2.0 * triples


print(repr(dcov2(x, z) / np.sqrt(dcov2(x, x) * dcov2(z, z))))
