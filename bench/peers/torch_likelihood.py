"""PyTorch's side of `Nsbi.Bench likelihood`: torch_likelihood.py EVENTS NUISANCES THREADS.

The same task: value and gradient of -ln L of a mixture of 4 processes with HistFactory code 4 per
event, process and nuisance parameter, in single precision with the sum over events in double. Tries
three ways of writing it and several chunk lengths, and takes the fastest. Prints "ready" with what it
chose (or a sentence why not); then, for each line "go" on standard input, prints evaluations per
second of the clock and per second of processor time.
"""

import sys
import time

try:
    import numpy as np
    import torch
except ImportError:
    print("python3 has no torch; install python3-torch to compare")
    sys.exit(0)

PROCESSES = 4
MOST = 100_000  # distinct events in memory; more are the same ones again
EVEN = np.linalg.inv(np.array([[1, 1, 1], [2, 4, 6], [2, 12, 30.0]]))
ODD = np.linalg.inv(np.array([[1, 1, 1], [1, 3, 5], [0, 6, 20.0]]))


def weights(alpha):
    """Coefficients of (u-1, u ln u, u ln^2 u) and the same of d in the polynomial of code 4."""
    even = torch.tensor(EVEN.T) @ torch.stack([alpha**2, alpha**4, alpha**6])
    odd = torch.tensor(ODD.T) @ torch.stack([alpha, alpha**3, alpha**5])
    return torch.cat([(even + odd) / 2, (even - odd) / 2])


def features(up, down):
    u, d = torch.exp(up), torch.exp(down)
    return [u - 1, u * up, u * up * up, d - 1, d * down, d * down * down]


class Likelihood:
    def __init__(self, events, nuisances):
        rng = np.random.default_rng(1)
        kept = min(events, MOST)
        self.repeats = events // kept
        x, y = rng.uniform(-1, 1, (2, kept, 1, 1))
        m, c = np.arange(nuisances)[None, None, :], np.arange(PROCESSES)[None, :, None]
        size = 0.08 * (0.2 + rng.uniform(size=nuisances))
        up = size * np.sin(1.3 * m + c + np.pi * (x * (1 + m % 7) + y * (m // 7)))
        down = -up * (0.8 + 0.4 * np.cos(m + y))
        self.up = torch.from_numpy(up.astype(np.float32))
        self.down = torch.from_numpy(down.astype(np.float32))
        self.features = [f.contiguous() for f in features(self.up, self.down)]
        ratios = np.exp(0.3 * np.sin(c[:, :, 0] * x[:, :, 0] + y[:, :, 0]))
        self.ratios = torch.from_numpy(ratios.astype(np.float32))
        self.yields = torch.tensor([0.1, 0.3, 0.3, 0.3], dtype=torch.float64) * events
        self.theta = np.concatenate([[1.1], np.random.default_rng(2).uniform(-0.9, 0.9, nuisances)])

    def evaluate(self, way, chunk):
        theta = torch.tensor(self.theta, requires_grad=True)
        poi = torch.cat([theta[:1], torch.ones(PROCESSES - 1, dtype=torch.float64)])
        p, a = weights(theta[1:]), self.yields * poi
        single, amplitudes = p.detach().float().requires_grad_(), a.detach().requires_grad_()
        for _ in range(self.repeats):
            for i in range(0, len(self.up), chunk):
                part = slice(i, i + chunk)
                if way == "features on the fly":
                    terms = features(self.up[part], self.down[part])
                else:
                    terms = [f[part] for f in self.features]
                g = 1 + sum(f * single[j] for j, f in enumerate(terms))
                product = torch.prod(g, 2) if way == "product" else torch.exp(torch.log(g).sum(2))
                density = (product * self.ratios[part]).double() @ amplitudes
                (-torch.log(density).sum()).backward()
        rest = a.sum() + 0.5 * (theta[1:] ** 2).sum()
        one = torch.ones((), dtype=torch.float64)
        torch.autograd.backward([p, a, rest], [single.grad.double(), amplitudes.grad, one])
        return theta.grad


def main():
    events, nuisances, threads = (int(word) for word in sys.argv[1:4])
    torch.set_num_threads(threads)
    likelihood = Likelihood(events, nuisances)
    best = None
    repeats, likelihood.repeats = likelihood.repeats, 1
    for way in ["sum of logs", "product", "features on the fly"]:
        for chunk in [1000, 4000, 16000]:
            times = []
            for _ in range(3):
                start = time.process_time()
                likelihood.evaluate(way, chunk)
                times.append(time.process_time() - start)
            if best is None or min(times) < best[0]:
                best = (min(times), way, chunk)
    likelihood.repeats = repeats
    print(f"ready: {best[1]}, chunks of {best[2]} events", flush=True)
    for line in sys.stdin:
        if line.strip() != "go":
            break
        start, cpu = time.perf_counter(), time.process_time()
        likelihood.evaluate(best[1], best[2])
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
        print(1 / wall, 1 / cpu, flush=True)


main()
