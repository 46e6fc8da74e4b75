"""PyTorch's half of `npm run moby-dick`: trains the model in first.safetensors and leaves it as last.safetensors.

    python train.py task.json        (PyTorch 2.5.1 on the CPU, safetensors 0.8; started by main.mjs)

The windows are made here and not taken over: stream b is the b-th part of the ids, parts as equal as can be; all are read
side by side, as many windows as it takes for none to be longer than T, as equal as can be; the state goes on from window
to window and is zero where an epoch begins. What of the last window lies past the end of a shorter stream is masked.

PyTorch has two biases where the other side has one, and under Adam the two together would move twice a step and count
twice in the norm: bias_hh is zero and not trained, but for the n gate of nn.GRU, whose second bias stands within r * (…).
"""
import json
import os
import sys
import time

import safetensors.torch
import torch
from torch import nn

torch.set_num_threads(1)
with open(sys.argv[1], encoding="utf-8") as file:
    task = json.load(file)
H, B, T, V = (task[name] for name in "HBTV")
ids = torch.frombuffer(bytearray(open(os.path.join(task["folder"], "trained.i32"), "rb").read()), dtype=torch.int32).long()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        kind = {"tanh": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[task["cell"]]
        self.rnn, self.head = kind(V, H), nn.Linear(H, V)


net = Net()
net.load_state_dict(safetensors.torch.load_file(os.path.join(task["folder"], "first.safetensors")), strict=True)
assert not net.rnn.bias_hh_l0.any()
if task["cell"] == "gru":
    own = torch.cat([torch.zeros(2 * H), torch.ones(H)])
    net.rnn.bias_hh_l0.register_hook(lambda gradient: gradient * own)
else:
    net.rnn.bias_hh_l0.requires_grad_(False)
trained = [p for p in net.parameters() if p.requires_grad]
adam = torch.optim.Adam(trained, lr=task["learningRate"], betas=(0.9, 0.999), eps=1e-8, fused=True)

starts = [b * (len(ids) - 1) // B for b in range(B + 1)]  # of the streams; the last is the end
longest = max(starts[b + 1] - starts[b] for b in range(B))
count = -(-longest // T)
one_hot = torch.eye(V)


def epoch():
    """Windows (inputs (T, B, V), targets (T·B)); time first, the faster way."""
    for n in range(count):
        begin, end = n * longest // count, (n + 1) * longest // count
        rows = [ids[starts[b] + begin : min(starts[b] + end, starts[b + 1]) + 1] for b in range(B)]
        inputs = nn.utils.rnn.pad_sequence([row[:-1] for row in rows])
        targets = nn.utils.rnn.pad_sequence([row[1:] for row in rows], padding_value=-100)
        yield one_hot[inputs], targets.flatten()


losses, norms = [], []
started, used = time.perf_counter(), time.process_time()
while len(losses) < task["steps"]:
    state = None  # zeros
    for inputs, targets in epoch():
        adam.zero_grad(set_to_none=True)
        outputs, state = net.rnn(inputs, state)
        loss = nn.functional.cross_entropy(net.head(outputs.flatten(0, 1)), targets)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(trained, task["clipNorm"])
        adam.step()
        state = tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
        losses.append(loss.item())
        if len(norms) < task["norms"]:
            norms.append(norm.item())
        if len(losses) == task["steps"]:
            break

answer = dict(version=torch.__version__, losses=losses, norms=norms,
              minutes=(time.perf_counter() - started) / 60, processorMinutes=(time.process_time() - used) / 60)
safetensors.torch.save_file(net.state_dict(), os.path.join(task["folder"], "last.safetensors"))
with open(os.path.join(task["folder"], "answer.json"), "w", encoding="utf-8") as file:
    json.dump(answer, file)
