"""Takes back what `npm run pytorch` handed back: load_state_dict in strict mode, and the same answers as there.

    python examples/pytorch/check.py        (PyTorch, safetensors)
"""
import json
import os

import safetensors.torch
import torch

from net import HERE, Net, encode

folder = os.path.join(HERE, "..", "..", "target", "pytorch")
net = Net()
net.load_state_dict(safetensors.torch.load_file(os.path.join(folder, "names.safetensors")), strict=True)
with open(os.path.join(folder, "names.json"), encoding="utf-8") as file:
    figures = json.load(file)
with torch.no_grad():
    worst = max((net(encode("\n" + name)[None]).flatten() - torch.tensor(logits)).abs().max().item()
                for name, logits in zip(figures["names"], figures["logits"]))
assert worst <= 2e-5, worst  # float32 against float32: logits of size 10 after a dozen steps
print("load_state_dict(strict=True) takes it; logits of %d names within %.1e" % (len(figures["names"]), worst))
