"""numpy's side of `Nsbi.Bench toys`: numpy_toys.py EVENTS NUISANCES.

The same task: a mixture of 4 processes on two features, HistFactory code 4 per event, process and
nuisance parameter and on the yields, fitted to a toy with Poisson weights and global observables drawn
again, once with all parameters free and once with mu = 1, from the truth. Z = 1 here, which is less work
than the benchmark's renormalised densities. Minimised by iminuit's MIGRAD if that is to be had, else by
scipy's L-BFGS-B; both with numerical gradients. Prints "ready" with the minimiser (or a sentence why not);
then, for each line "go" on standard input, fits the next toy and prints fits per second of the clock and
per second of processor time.
"""

import sys
import time

try:
    import numpy as np
except ImportError:
    print("python3 has no numpy; install python3-numpy to compare")
    sys.exit(0)

try:
    from iminuit import Minuit
except ImportError:
    Minuit = None
    try:
        from scipy.optimize import minimize
    except ImportError:
        print("python3 has neither iminuit nor scipy; install one of them to compare")
        sys.exit(0)

PROCESSES = 4
SHARE = np.array([0.1, 0.3, 0.3, 0.3])
CHUNK = 1000  # events at a time: their factors stay in the cache
EVEN = np.linalg.inv(np.array([[1, 1, 1], [2, 4, 6], [2, 12, 30.0]]))
ODD = np.linalg.inv(np.array([[1, 1, 1], [1, 3, 5], [0, 6, 20.0]]))


def features(up, down):
    u, d = np.exp(up), np.exp(down)
    return [u - 1, u * up, u * up * up, d - 1, d * down, d * down * down]


def interpolate(terms, up, down, alpha):
    """Code 4: the polynomial within +-1, exponentials outside."""
    even = EVEN.T @ np.stack([alpha**2, alpha**4, alpha**6])
    odd = ODD.T @ np.stack([alpha, alpha**3, alpha**5])
    weights = np.concatenate([(even + odd) / 2, (even - odd) / 2])
    g = 1 + sum(f * w for f, w in zip(terms, weights))
    for k in np.nonzero(np.abs(alpha) > 1)[0]:
        log = alpha[k] * up[..., k] if alpha[k] > 0 else -alpha[k] * down[..., k]
        g[..., k] = np.exp(log)
    return g


def ratio(c, x, y):
    return np.exp(0.8 * x + 0.3 * y) if c == 0 else np.exp(0.3 * np.sin(c * x + y))


class Toys:
    def __init__(self, events, nuisances):
        self.rng = np.random.default_rng(1)
        self.events, self.nuisances = events, nuisances
        m, c = np.arange(nuisances), np.arange(PROCESSES)
        grid = (np.arange(100) + 0.5) / 50 - 1
        gx, gy = np.meshgrid(grid, grid)
        norms = [ratio(c, gx, gy).mean() for c in range(PROCESSES)]
        # Events of the mixture by rejection; each then gets a Poisson weight of mean 1.
        x, y = self.rng.uniform(-1, 1, (2, 8 * events))
        density = sum(SHARE[c] * ratio(c, x, y) / norms[c] for c in range(PROCESSES))
        kept = self.rng.uniform(0, density.max(), 8 * events) < density
        x, y = x[kept][:events], y[kept][:events]
        self.ratios = np.stack([ratio(c, x, y) / norms[c] for c in range(PROCESSES)], 1)
        size = 0.03 * (0.2 + self.rng.uniform(size=nuisances))
        phase = np.pi * (x[:, None] * (1 + m % 7) + y[:, None] * (m // 7))
        self.up = size * np.sin(1.3 * m + 0.05 * c[None, :, None] + phase[:, None, :])
        self.down = -self.up * (0.8 + 0.4 * np.cos(m + y[:, None]))[:, None, :]
        self.terms = features(self.up, self.down)
        self.rate_up = 0.02 * np.sin(m[None, :] + 2 * c[:, None])
        self.rate_down = -0.9 * self.rate_up
        self.rate_terms = features(self.rate_up, self.rate_down)

    def draw(self):
        weights = self.rng.poisson(1, self.events).astype(float)
        observed = self.rng.normal(size=self.nuisances)
        seen = weights > 0
        ratios, up, down = self.ratios[seen], self.up[seen], self.down[seen]
        terms, weights = [f[seen] for f in self.terms], weights[seen]

        def twice_nll(theta):
            alpha = theta[1:]
            rates = interpolate(self.rate_terms, self.rate_up, self.rate_down, alpha)
            amplitudes = SHARE * self.events * np.prod(rates, axis=1)
            amplitudes = amplitudes * np.array([theta[0], 1, 1, 1])
            log = 0.0
            for i in range(0, len(weights), CHUNK):
                part = slice(i, i + CHUNK)
                g = interpolate([f[part] for f in terms], up[part], down[part], alpha)
                density = (np.prod(g, axis=2) * ratios[part]) @ amplitudes
                log += weights[part] @ np.log(density)
            return 2 * (amplitudes.sum() - log) + ((alpha - observed) ** 2).sum()

        return twice_nll

    def fit(self, twice_nll, free):
        start = np.concatenate([[1.0], np.zeros(self.nuisances)])
        if Minuit is not None:
            fit = Minuit(twice_nll, start)
            fit.errordef, fit.strategy = 1.0, 0
            fit.errors = [0.1] + [0.8] * self.nuisances
            fit.limits[0], fit.fixed[0] = (1e-3, 10), not free
            fit.migrad()
        else:
            bounds = [(1e-3, 10) if free else (1, 1)] + [(-5, 5)] * self.nuisances
            minimize(twice_nll, start, method="L-BFGS-B", bounds=bounds)


def main():
    toys = Toys(int(sys.argv[1]), int(sys.argv[2]))
    print("ready: " + ("scipy L-BFGS-B" if Minuit is None else "iminuit"), flush=True)
    for line in sys.stdin:
        if line.strip() != "go":
            break
        twice_nll = toys.draw()
        start, cpu = time.perf_counter(), time.process_time()
        toys.fit(twice_nll, True)
        toys.fit(twice_nll, False)
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
        print(2 / wall, 2 / cpu, flush=True)


main()
