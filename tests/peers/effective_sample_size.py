"""Effective sample sizes, split R-hat and Monte Carlo errors by the published formulas (Vehtari, Gelman, Simpson,
Carpenter, Buerkner, arXiv:1903.08008, and the conventions of its authors' program), written in numpy and scipy with
Fourier transforms and none of the code under test. The numbers printed are quoted in
tests/Nsbi.Infer.Tests/Sampling/EffectiveSampleSizeTests.fs.

The chains come from a generator that needs nothing but whole numbers: s <- (1103515245 s + 12345) mod 2^31,
u = (s + 0.5)/2^31, chain by chain, x_t = phi x_(t-1) + (u_1 + u_2 + u_3 - 1.5) + shift."""
import numpy as np
from scipy import stats


def chains(m, n, phi, shifts):
    s = 42
    out = np.zeros((n, m))
    for c in range(m):
        x = 0.0
        for t in range(n):
            e = -1.5
            for _ in range(3):
                s = (1103515245 * s + 12345) % 2**31
                e += (s + 0.5) / 2**31
            x = phi * x + e
            out[t, c] = x + shifts[c]
    return out


def split(x):
    n = x.shape[0]
    h = n // 2
    return np.concatenate([np.stack([x[:h, c], x[n - h :, c]], 1) for c in range(x.shape[1])], 1)


def zscale(x):
    r = stats.rankdata(x.ravel(), method="average").reshape(x.shape)
    return stats.norm.ppf((r - 0.375) / (x.size + 0.25))


def rhat(x):
    n = x.shape[0]
    w = x.var(0, ddof=1).mean()
    b = n * x.mean(0).var(ddof=1)
    return np.sqrt(((n - 1) / n * w + b / n) / w)


def autocov(y):
    n = len(y)
    size = 2 ** int(np.ceil(np.log2(2 * n)))
    f = np.fft.rfft(y - y.mean(), size)
    return np.fft.irfft(f * np.conj(f), size)[:n] / n


def ess(x):
    n, m = x.shape
    acov = np.stack([autocov(x[:, c]) for c in range(m)], 1).mean(1)
    mean_var = acov[0] * n / (n - 1)
    var_plus = mean_var * (n - 1) / n
    if m > 1:
        var_plus += x.mean(0).var(ddof=1)
    rho = np.zeros(n + 2)
    t, even = 0, 1.0
    rho[0] = 1.0
    odd = 1 - (mean_var - acov[1]) / var_plus
    rho[1] = odd
    while t < n - 5 and even + odd > 0:
        t += 2
        even = 1 - (mean_var - acov[t]) / var_plus
        odd = 1 - (mean_var - acov[t + 1]) / var_plus
        if even + odd >= 0:
            rho[t], rho[t + 1] = even, odd
    top = t
    if even > 0:
        rho[top] = even
    for t in range(2, top - 1, 2):
        if rho[t] + rho[t + 1] > rho[t - 2] + rho[t - 1]:
            rho[t] = rho[t + 1] = (rho[t - 2] + rho[t - 1]) / 2
    tau = -1 + 2 * rho[:top].sum() + rho[top]
    return n * m / max(tau, 1 / np.log10(n * m))


def report(name, x):
    q = lambda p: np.quantile(x, p)
    ess_q = lambda p: ess(split((x <= q(p)) * 1.0))
    folded = np.abs(x - np.median(x))
    d = np.abs(x - x.mean())
    v, k = (d**2).mean(), (d**4).mean()
    s = np.sort(x.ravel())

    def mcse_q(p):
        e = ess_q(p)
        a = stats.beta.ppf([stats.norm.cdf(-1), stats.norm.cdf(1)], e * p + 1, e * (1 - p) + 1)
        lo, hi = max(int(np.floor(a[0] * s.size)), 1), min(int(np.ceil(a[1] * s.size)), s.size)
        return (s[hi - 1] - s[lo - 1]) / 2

    values = [
        ess(x),
        ess(zscale(split(x))),
        min(ess_q(0.05), ess_q(0.95)),
        ess(split(x)),
        rhat(split(x)),
        max(rhat(zscale(split(x))), rhat(zscale(split(folded)))),
        x.std(ddof=1) / np.sqrt(ess(split(x))),
        np.sqrt((k - v**2) / ess(split(d)) / v / 4),
        mcse_q(0.05),
        mcse_q(0.5),
    ]
    print(name, "[| " + "; ".join(f"{u:.10g}" for u in values) + " |]")


report("slow", chains(4, 500, 0.8, [0, 0, 0, 0]))
report("alternating", chains(4, 500, -0.5, [0, 0, 0, 0]))
report("apart", chains(3, 251, 0.3, [0, 0.5, 0]))
report("one", chains(1, 100, 0.5, [0]))
