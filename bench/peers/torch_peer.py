"""The PyTorch peer: a line of JSON in, a line of JSON out, until the input ends.

    {"do": "hello"}                                   -> {"version": …}
    {"do": "train" | "generate", shape, data, …}      -> {"net": number}
    {"do": "steps", "net": number, "count": number}   -> {"milliseconds": …, "losses": […]}
    {"do": "free", "net": number}                     -> {}

The layers have two biases, whose gradients are equal: trained both, their sum would move twice a step and count twice
in the norm. bias_hh is zero here and takes no part in training, so that the model is bptt's; but for the n gate of
nn.GRU, whose second bias is multiplied by r and is trained. Time-major, the faster way; one-hot inputs are made once. Adam in its fused form, the fastest one on a CPU.
"""

import json
import sys
import time

try:
    import torch
except ImportError as error:
    print(json.dumps({"error": f"no PyTorch there ({error})"}), flush=True)
    sys.exit(0)

torch.set_num_threads(1)
torch.set_num_interop_threads(1)


def matrix(values, *shape):
    return torch.tensor(values, dtype=torch.float32).reshape(shape)


def time_major(ids, B, T):
    return torch.tensor(ids).reshape(B, T).t().contiguous()


def parameters(message):
    """Weights as PyTorch stores them, (out, in)."""
    H, V = message["shape"]["H"], message["shape"]["V"]
    w = message["weights"]
    b_hh = torch.zeros(len(w["b_h_l0"]))
    if "b_hn_l0" in w:
        b_hh[2 * H :] = matrix(w["b_hn_l0"], H)
    return {
        "w_ih": matrix(w["w_ih_l0"], V, -1).t().contiguous(),
        "w_hh": matrix(w["w_hh_l0"], H, -1).t().contiguous(),
        "b_h": matrix(w["b_h_l0"], -1),
        "b_hh": b_hh,
        "w_ho": matrix(w["w_ho"], H, V).t().contiguous(),
        "b_o": matrix(w["b_o"], V),
    }


def assign(target, values):
    with torch.no_grad():
        for parameter, value in zip(target, values):
            parameter.copy_(value)


def trainer(message):
    H, B, T, V = (message["shape"][name] for name in "HBTV")
    settings = message["training"]
    x = torch.nn.functional.one_hot(time_major(message["inputs"], B, T), V).float()  # (T, B, V)
    y = time_major(message["targets"], B, T).reshape(-1)  # (T·B)
    cell = message["shape"].get("cell", "tanh")
    kind = {"tanh": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[cell]
    rnn, out = kind(V, H), torch.nn.Linear(H, V)
    p = parameters(message)
    assign(
        [rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0, rnn.bias_hh_l0, out.weight, out.bias],
        [p["w_ih"], p["w_hh"], p["b_h"], p["b_hh"], p["w_ho"], p["b_o"]],
    )
    if cell == "gru":
        own = torch.cat([torch.zeros(2 * H), torch.ones(H)])
        rnn.bias_hh_l0.register_hook(lambda gradient: gradient * own)
    else:
        rnn.bias_hh_l0.requires_grad_(False)
    trained = [q for q in [*rnn.parameters(), *out.parameters()] if q.requires_grad]
    adam = torch.optim.Adam(
        trained,
        lr=settings["learningRate"],
        betas=(settings["beta1"], settings["beta2"]),
        eps=settings["epsilon"],
        fused=True,
    )

    def step():
        adam.zero_grad(set_to_none=True)
        outputs, _ = rnn(x)
        loss = torch.nn.functional.cross_entropy(out(outputs.reshape(T * B, H)), y)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, settings["clipNorm"])
        adam.step()
        return loss.item()

    return step


def generator(message):
    H, V = message["shape"]["H"], message["shape"]["V"]
    cell, out = torch.nn.RNNCell(V, H), torch.nn.Linear(H, V)
    p = parameters(message)
    assign(
        [cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh, out.weight, out.bias],
        [p["w_ih"], p["w_hh"], p["b_h"], torch.zeros(H), p["w_ho"], p["b_o"]],
    )
    characters = torch.eye(V).reshape(V, 1, V)  # one-hot, made once
    state = {"h": torch.zeros(1, H), "next": 0}

    def step():
        with torch.inference_mode():
            h = cell(characters[state["next"]], state["h"])
            logits = out(h)
        state["h"], state["next"] = h, (state["next"] + 1) % V
        return logits[0, 0].item()

    return step


def run(step, count):
    start = time.perf_counter()
    losses = [step() for _ in range(count)]
    return {"milliseconds": (time.perf_counter() - start) * 1000, "losses": losses[-100:]}


def main():
    nets = {}
    for line in sys.stdin:
        message = json.loads(line)
        try:
            what = message["do"]
            if what == "hello":
                answer = {"version": torch.__version__}
            elif what == "steps":
                answer = run(nets[message["net"]], message["count"])
            elif what == "free":
                nets.pop(message["net"], None)
                answer = {}
            else:
                number = max(nets, default=0) + 1
                nets[number] = trainer(message) if what == "train" else generator(message)
                answer = {"net": number}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
