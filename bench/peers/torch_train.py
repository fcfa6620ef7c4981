"""PyTorch's side of `Nsbi.Bench train`: torch_train.py NET THREADS STEPS.

Prints "ready" (or a sentence why not); then, for each line "go" on standard input, trains STEPS
steps and prints events per second of the clock and per second of processor time. Same task as the benchmark's: 16 features, SiLU, batches of 1024
random rows gathered from memory, weighted binary cross-entropy with logits, Adam (foreach, which is
its fastest here).
"""

import sys
import time

try:
    import torch
except ImportError:
    print("python3 has no torch; install python3-torch and an OpenBLAS to compare")
    sys.exit(0)

NETS = {
    "4x64": ([64] * 4, 500_000),
    "4x256": ([256] * 4, 500_000),
    "5x1000": ([1000] * 5, 50_000),
}
BATCH = 1024
FEATURES = 16


def build(hidden):
    layers, width = [], FEATURES
    for n in hidden:
        layers += [torch.nn.Linear(width, n), torch.nn.SiLU()]
        width = n
    return torch.nn.Sequential(*layers, torch.nn.Linear(width, 1))


class Training:
    def __init__(self, hidden, events):
        self.x = torch.randn(events, FEATURES)
        signal = torch.sigmoid(self.x[:, 0] + self.x[:, 1] * self.x[:, 2])
        self.y = (torch.rand(events) < signal).float()
        self.w = torch.rand(events) + 0.5
        self.model = build(hidden)
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=1e-3, foreach=True)
        self.order = torch.randperm(events)
        self.position = 0

    def step(self):
        if self.position + BATCH > len(self.order):
            self.position = 0
        rows = self.order[self.position : self.position + BATCH]
        self.position += BATCH
        self.optimiser.zero_grad(set_to_none=True)
        logits = self.model(self.x[rows]).squeeze(1)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            logits, self.y[rows], weight=self.w[rows]
        )
        loss.backward()
        self.optimiser.step()


def main():
    net, threads, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    training = Training(*NETS[net])
    for _ in range(5):
        training.step()
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() != "go":
            break
        start, cpu = time.perf_counter(), time.process_time()
        for _ in range(steps):
            training.step()
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
        print(steps * BATCH / wall, steps * BATCH / cpu, flush=True)


main()
