"""Ten steps of each optimiser on f(a, b) = a^4 + a b + b^2, in double, from (1, 0.5).

Adam and AdamW are torch's. NAdam is written out from Dozat's formulas: torch before 2.0 multiplies
the momentum of a step twice into the bias correction of the next.
The numbers printed are quoted in tests/Nsbi.Learn.Tests/Autodiff/OptimiserTests.fs.
"""

import math

import torch

makers = {
    "adam": lambda p: torch.optim.Adam(p, lr=0.03),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.03, weight_decay=0.1),
}

for name, make in makers.items():
    theta = torch.tensor([1.0, 0.5], dtype=torch.float64, requires_grad=True)
    optimiser = make([theta])
    for _ in range(10):
        optimiser.zero_grad()
        (theta[0] ** 4 + theta[0] * theta[1] + theta[1] ** 2).backward()
        optimiser.step()
    print(name, [f"{x:.12f}" for x in theta.tolist()])


theta = torch.tensor([1.0, 0.5], dtype=torch.float64, requires_grad=True)
optimiser = torch.optim.Adam([theta], lr=0.03)
for _ in range(10):
    optimiser.zero_grad()
    (theta[0] ** 4 + theta[0] * theta[1] + theta[1] ** 2).backward()
    with torch.no_grad():
        theta.grad *= min(1.0, 2.0 / theta.grad.norm().item())
    optimiser.step()
print("clipped", [f"{x:.12f}" for x in theta.tolist()])


def momentum(t):
    return 0.9 * (1.0 - 0.5 * 0.96 ** (0.004 * t))


theta, m, v, product = [1.0, 0.5], [0.0, 0.0], [0.0, 0.0], 1.0
for t in range(1, 11):
    a, b = theta
    gradient = [4.0 * a**3 + b, a + 2.0 * b]
    product *= momentum(t)
    for i, g in enumerate(gradient):
        m[i] = 0.9 * m[i] + 0.1 * g
        v[i] = 0.999 * v[i] + 0.001 * g * g
        ahead = momentum(t + 1) * m[i] / (1.0 - product * momentum(t + 1))
        here = (1.0 - momentum(t)) * g / (1.0 - product)
        theta[i] -= 0.03 * (ahead + here) / (math.sqrt(v[i] / (1.0 - 0.999**t)) + 1e-8)
print("nadam", [f"{x:.12f}" for x in theta])
