"""Holds PyTorch and the reference reader against model_files.json: each file passes load_state_dict in strict mode, the
module then computes what it computed with its first weights, and the metadata can be read. Ends with a line of counts.

    python check_model_files.py        (the environment of README.md)
"""
import base64
import json
import os

import numpy as np
import safetensors.torch
import torch

from from_safetensors import Net
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = dict(tanh=(nn.RNN, {}), relu=(nn.RNN, dict(nonlinearity="relu")), gru=(nn.GRU, {}), lstm=(nn.LSTM, {}))


def read(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return json.load(file)


def array(golden):
    return np.array(golden["data"], dtype=np.float32).reshape(golden["shape"])


def worst_difference(case, data):
    kind, options = KINDS[case["cell"]]
    net = Net(kind, case["head"], case["I"], case["H"], case["V"], num_layers=case["layers"],
              bidirectional=case["bidirectional"], **options)
    net.load_state_dict(safetensors.torch.load(data), strict=True)
    answers = net(torch.from_numpy(array(case["inputs"])))
    assert set(answers) <= set(case)
    return max(np.abs(value.detach().numpy() - array(case[key])).max() for key, value in answers.items())


def metadata(data):
    header = json.loads(data[8:8 + int.from_bytes(data[:8], "little")])
    return header["__metadata__"]


cases = {case["name"]: case for case in read("torch_files.json")["cases"]}
files = read("model_files.json")["files"]
worst = 0
for file in files:
    case, data = cases[file["name"]], base64.b64decode(file["base64"])
    difference = worst_difference(case, data)
    # float32, and two biases added beforehand: a few roundings of numbers of size 1
    assert difference <= 2e-6, (file["name"], difference)
    config = json.loads(metadata(data)["bptt.config"])
    assert config["cell"] == case["cell"] and metadata(data)["format"] == "pt"
    worst = max(worst, difference)
assert len(files) > 20
print("%d files pass load_state_dict(strict=True), outputs within %.1e" % (len(files), worst))
