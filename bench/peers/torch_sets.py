"""PyTorch's side of `Nsbi.Bench sets`: torch_sets.py THREADS STEPS.

Prints "ready" (or a sentence why not); then, for each line "go" on standard input, trains STEPS
steps and prints events per second of the clock and per second of processor time. Same task as the
benchmark's: an encoder 1-64-64-64 of each event (SiLU), the mean over the 100 events of a set, a
decoder 64-64-1, batches of 128 random sets gathered from memory, binary cross-entropy, Adam (foreach).
"""

import sys
import time

try:
    import torch
except ImportError:
    print("python3 has no torch; install python3-torch and an OpenBLAS to compare")
    sys.exit(0)

EVENTS, BATCH, SETS = 100, 128, 40 * 128


class Training:
    def __init__(self):
        self.y = torch.randint(0, 2, (SETS,)).float()
        self.x = torch.randn(SETS, EVENTS, 1) + 0.3 * self.y[:, None, None]
        linear, silu = torch.nn.Linear, torch.nn.SiLU
        self.encoder = torch.nn.Sequential(
            linear(1, 64), silu(), linear(64, 64), silu(), linear(64, 64), silu()
        )
        self.decoder = torch.nn.Sequential(linear(64, 64), silu(), linear(64, 1))
        weights = [*self.encoder.parameters(), *self.decoder.parameters()]
        self.optimiser = torch.optim.Adam(weights, lr=1e-3, foreach=True)

    def step(self):
        sets = torch.randint(0, SETS, (BATCH,))
        self.optimiser.zero_grad(set_to_none=True)
        pooled = self.encoder(self.x[sets]).mean(1)
        logits = self.decoder(pooled).squeeze(1)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, self.y[sets])
        loss.backward()
        self.optimiser.step()


def main():
    threads, steps = int(sys.argv[1]), int(sys.argv[2])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    training = Training()
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
        events = steps * BATCH * EVENTS
        print(events / wall, events / cpu, flush=True)


main()
