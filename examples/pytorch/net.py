"""The network of this example as PyTorch has it, and its characters."""
import os

import torch
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
TOKENS = "\nabcdefghijklmnopqrstuvwxyz"  # the first begins a name and ends it


class Net(nn.Module):
    """Says of each character of a name which comes next. ids (B, T) -> logits (B, T, 27)."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(len(TOKENS), 32, batch_first=True)
        self.head = nn.Linear(32, len(TOKENS))

    def forward(self, ids):
        outputs, _ = self.rnn(nn.functional.one_hot(ids, len(TOKENS)).float())
        return self.head(outputs)


def encode(text):
    return torch.tensor([TOKENS.index(character) for character in text])
