"""PyTorch's side of `Nsbi.Bench transport`: torch_transport.py FEATURES WIDTHS THREADS STEPS.

Prints "ready" (or a sentence why not); then, for each line "go" on standard input, makes STEPS pairs of steps
(one of g, one of f) and prints pairs per second of the clock and per second of processor time. The same
input-convex networks, losses and batches of 1024 as the benchmark's; Adam (foreach).
"""

import sys
import time

try:
    import torch
    from torch.nn.functional import softplus
except ImportError:
    print("python3 has no torch; install python3-torch and an OpenBLAS to compare")
    sys.exit(0)

BATCH = 1024


class Potential:
    def __init__(self, n, widths):
        self.w = [2 * torch.randn(n, m) / n**0.5 for m in widths]
        self.b = [1.5 * torch.randn(m) for m in widths]
        self.p = [torch.randn(k, m) - 1.5 for k, m in zip(widths, widths[1:])]
        self.out = torch.full((widths[-1],), -3.0)
        self.root = torch.eye(n)
        self.linear = torch.zeros(n)
        for value in self.parameters():
            value.requires_grad_(True)

    def parameters(self):
        return [*self.w, *self.b, *self.p, self.out, self.root, self.linear]

    def __call__(self, x):
        t = torch.addmm(self.b[0], x, self.w[0])
        h = softplus(t) - 0.5 * t
        for w, b, p in zip(self.w[1:], self.b[1:], self.p):
            h = softplus(torch.addmm(b, x, w) + h @ (softplus(p) / p.shape[0] ** 0.5))
        layers = h @ softplus(self.out) / len(self.out) ** 0.5
        quadratic = 0.5 * (x @ self.root) ** 2 + x * self.linear + 0.005 * x**2
        return layers + quadratic.sum(1)


class Training:
    def __init__(self, n, widths):
        self.f, self.g = Potential(n, widths), Potential(n, widths)
        self.of_f = torch.optim.Adam(self.f.parameters(), lr=1e-4, foreach=True)
        self.of_g = torch.optim.Adam(self.g.parameters(), lr=1e-4, foreach=True)
        self.x, self.y = torch.randn(8 * BATCH, n), torch.randn(8 * BATCH, n)

    def moved(self, x, create):
        x = x.clone().requires_grad_(True)
        return torch.autograd.grad(self.g(x).sum(), x, create_graph=create)[0]

    def batch(self):
        rows = torch.randint(8 * BATCH, (BATCH,))
        return self.x[rows], self.y[rows]

    def pair(self):
        x, _ = self.batch()
        moved = self.moved(x, True)
        loss = (self.f(moved) - (x * moved).sum(1)).mean()
        grads = torch.autograd.grad(loss, self.g.parameters(), allow_unused=True)
        for value, slope in zip(self.g.parameters(), grads):
            value.grad = slope
        self.of_g.step()
        x, y = self.batch()
        moved = self.moved(x, False)
        self.of_f.zero_grad(set_to_none=True)
        (self.f(y).mean() - self.f(moved.detach()).mean()).backward()
        self.of_f.step()


def main():
    n, widths = int(sys.argv[1]), [int(w) for w in sys.argv[2].split(",")]
    threads, steps = int(sys.argv[3]), int(sys.argv[4])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    training = Training(n, widths)
    for _ in range(3):
        training.pair()
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() != "go":
            break
        start, cpu = time.perf_counter(), time.process_time()
        for _ in range(steps):
            training.pair()
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
        print(steps / wall, steps / cpu, flush=True)


main()
