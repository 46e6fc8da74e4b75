"""Golden data from PyTorch 2.5.1 on the CPU: recurrent layers, optimizers, schedules, clipping, and character models in training."""
import numpy as np
import torch
from torch import nn

import draws

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
LIBRARY = "torch " + torch.__version__
BOTH = [torch.float32, torch.float64]


def numbers(tensor):
    return tensor.detach().numpy().copy()


def tensor(array, dtype):
    return torch.from_numpy(np.asarray(array)).to(dtype)


# Adam, AdamW, clipping ----------------------------------------------------------------------------------------------


def adam_file(seed=404, steps=50):
    start, gradients = draws.uniform(draws.generator(seed + 1), 7), draws.optimizer_gradients(seed, steps)

    def run(kind, settings, dtype):
        theta = nn.Parameter(tensor(start, dtype).clone())
        optimizer = kind([theta], foreach=False, **settings)
        path = []
        for row in gradients:
            theta.grad = tensor(row, dtype).clone()
            optimizer.step()
            path.append(numbers(theta))
        return np.array(path), {k: numbers(optimizer.state[theta][k]) for k in ["exp_avg", "exp_avg_sq"]}

    optimizers = []
    for kind in [torch.optim.Adam, torch.optim.AdamW]:
        for lr, beta1, beta2, eps in [(0.001, 0.9, 0.999, 1e-8), (0.1, 0.8, 0.99, 1e-7), (0.01, 0.0, 0.9, 1e-3)]:
            settings = dict(lr=lr, betas=[beta1, beta2], eps=eps, weight_decay=0.01 if kind is torch.optim.AdamW else 0)
            (path, state), (path64, _) = (run(kind, settings, dtype) for dtype in BOTH)
            optimizers.append(dict(optimizer=kind.__name__, settings=dict(settings, amsgrad=False), gradients_used="wide",
                                   parameters_after_step=path, final_state=state, f64=dict(parameters_after_last_step=path64[-1])))

    def clip(arrays, limit, dtype):
        parameters = [nn.Parameter(torch.zeros(a.shape, dtype=dtype)) for a in arrays]
        for p, a in zip(parameters, arrays):
            p.grad = tensor(a, dtype).clone()
        norm = nn.utils.clip_grad_norm_(parameters, limit, foreach=False)
        return numbers(norm), [numbers(p.grad) for p in parameters]

    clips = []
    for arrays, limit in draws.clip_gradients(draws.generator(seed + 3)):
        (norm, clipped), (norm64, _) = (clip(arrays, limit, dtype) for dtype in BOTH)
        clips.append(dict(max_norm=limit, gradients=arrays, total_norm=norm, clipped=clipped, f64=dict(total_norm=norm64)))
    return dict(library=LIBRARY, parameters_before=start, gradients=dict(wide=gradients), optimizers=optimizers, clip_grad_norm_=clips)


# Gradient descent, RMSprop, schedules --------------------------------------------------------------------------------


def descent_file(seed=707, steps=50):
    random = draws.generator(seed)
    start, gradients = draws.uniform(random, 7), random.standard_normal((steps, 7)).astype(np.float32)

    def run(kind, settings, dtype):
        theta = nn.Parameter(tensor(start, dtype).clone())
        optimizer = kind([theta], foreach=False, **settings)
        path = []
        for row in gradients:
            theta.grad = tensor(row, dtype).clone()
            optimizer.step()
            path.append(numbers(theta))
        return np.array(path)

    sgd = [dict(lr=lr, momentum=momentum, nesterov=nesterov, weight_decay=decay) for lr, momentum, nesterov, decay in [
        (0.05, 0, False, 0), (0.05, 0, False, 0.1), (0.05, 0.9, False, 0), (0.05, 0.9, True, 0), (0.02, 0.99, True, 0.1)]]
    rms_prop = [dict(lr=lr, alpha=alpha, eps=eps, momentum=momentum, weight_decay=decay) for lr, alpha, eps, momentum, decay in [
        (0.01, 0.99, 1e-8, 0, 0), (0.01, 0.9, 1e-3, 0, 0.1), (0.01, 0.9, 1e-8, 0.5, 0), (0.002, 0, 1e-2, 0.9, 0.1)]]
    optimizers = []
    for kind, settings in [(torch.optim.SGD, s) for s in sgd] + [(torch.optim.RMSprop, s) for s in rms_prop]:
        path, path64 = (run(kind, settings, dtype) for dtype in BOTH)
        optimizers.append(dict(optimizer=kind.__name__, settings=settings, parameters_after_step=path,
                               f64=dict(parameters_after_last_step=path64[-1])))
    return dict(library=LIBRARY, parameters_before=start, gradients=gradients, optimizers=optimizers)


def schedules_file(steps=60):
    """The rate of each of the first steps. Warm-up is LinearLR from 1/n on, and the next schedule behind it by SequentialLR."""
    lr = torch.optim.lr_scheduler

    def run(base, make):
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=base)
        scheduler, rates = make(optimizer), []
        for _ in range(steps):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        return np.array(rates)

    linear = dict(kind="linear", **{"from": 0.5, "to": 0.125, "steps": 40})
    cosine = dict(kind="cosine", **{"from": 0.3, "to": 0.01, "steps": 60})
    decay = dict(kind="stepDecay", **{"from": 0.4, "factor": 0.7, "every": 7})
    makers = [
        (linear, 0.5, lambda o: lr.LinearLR(o, 1.0, 0.25, 40)),
        (cosine, 0.3, lambda o: lr.CosineAnnealingLR(o, 60, 0.01)),
        (decay, 0.4, lambda o: lr.StepLR(o, 7, 0.7)),
        # LinearLR reaches the full rate at its step n - 1 when it starts from 1/n and takes n - 1 steps
        (dict(kind="warmup", steps=10, then=decay), 0.4,
         lambda o: lr.SequentialLR(o, [lr.LinearLR(o, 0.1, 1.0, 9), lr.StepLR(o, 7, 0.7)], [10])),
    ]
    return dict(library=LIBRARY, schedules=[dict(schedule=s, rates=run(base, make)) for s, base, make in makers])


# Recurrent layers ---------------------------------------------------------------------------------------------------


def recurrent(kind, I, H, layers=1, bidirectional=False):
    shape = dict(num_layers=layers, bidirectional=bidirectional, batch_first=True)
    if kind in ("tanh", "relu"):
        return nn.RNN(I, H, nonlinearity=kind, **shape)
    return (nn.GRU if kind == "gru" else nn.LSTM)(I, H, **shape)


def cell_case(seed, kind, layers=1, bidirectional=False, lengths=None, B=3, T=7, I=4, H=6):
    random = draws.generator(seed)
    D, letters = 2 if bidirectional else 1, "hc" if kind == "lstm" else "h"
    layer = lambda dtype: recurrent(kind, I, H, layers, bidirectional).to(dtype)
    weights = {k: draws.uniform(random, v.shape, 1 / np.sqrt(H)) for k, v in layer(torch.float32).state_dict().items()}
    inputs = draws.uniform(random, (B, T, I))
    states = {x + "0": draws.uniform(random, (layers * D, B, H), 0.9) for x in letters}
    r_outputs = draws.uniform(random, (B, T, D * H))
    r_states = {"r_%sn" % x: draws.uniform(random, (layers * D, B, H)) for x in letters}

    def run(dtype):
        net = layer(dtype)
        net.load_state_dict({k: tensor(v, dtype) for k, v in weights.items()})
        x, start = tensor(inputs, dtype).requires_grad_(), {k: tensor(v, dtype).requires_grad_() for k, v in states.items()}
        given = tuple(start.values()) if kind == "lstm" else start["h0"]
        if lengths is None:
            outputs, end = net(x, given)
        else:
            packed = nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
            packed, end = net(packed, given)
            outputs, _ = nn.utils.rnn.pad_packed_sequence(packed, batch_first=True, total_length=T)
        end = dict(zip([letter + "n" for letter in letters], end if kind == "lstm" else [end]))
        objective = (outputs * tensor(r_outputs, dtype)).sum() + sum((v * tensor(r_states["r_" + k], dtype)).sum() for k, v in end.items())
        objective.backward()
        gradients = {k: numbers(p.grad) for k, p in net.named_parameters()}
        gradients = dict(gradients, inputs=numbers(x.grad), **{k: numbers(v.grad) for k, v in start.items()})
        return dict(outputs=numbers(outputs), **{k: numbers(v) for k, v in end.items()}, objective=numbers(objective), gradients=gradients)

    single, double = map(run, BOTH)
    name = "%s_%dlayer%s%s" % (kind, layers, "_bidirectional" if bidirectional else "", "_packed" if lengths else "")
    return dict(name=name, cell=kind, num_layers=layers, bidirectional=bidirectional, lengths=lengths, B=B, T=T, I=I, H=H,
                state_dict=weights, inputs=inputs, **states, r_outputs=r_outputs, **r_states, **single, f64=double)


# A character model in training --------------------------------------------------------------------------------------


class CharNet(nn.Module):
    """one_hot(ids, V) -> recurrent layer -> Linear.

    The second bias is 0 and stays 0, so that a net with one bias can follow; all but the n block of a GRU's, which
    stands inside r * (...) and is no second one.
    """

    def __init__(self, kind, V, H):
        super().__init__()
        self.rnn = recurrent(kind, V, H)
        self.head = nn.Linear(H, V)
        self.redundant = slice(0, 2 * H if kind == "gru" else None)
        self.rnn.bias_hh_l0.register_hook(self.without_redundant)

    def without_redundant(self, gradient):
        gradient = gradient.clone()
        gradient[self.redundant] = 0
        return gradient

    def forward(self, x):
        return self.head(self.rnn(x)[0])


def train_case(seed, kind, max_norm, scale=1, V=12, H=16, B=4, T=10, learning_rate=0.01, steps=30):
    random = draws.generator(seed)
    redundant = CharNet(kind, V, H).redundant
    weights = {k: draws.uniform(random, v.shape, scale / np.sqrt(H)) for k, v in CharNet(kind, V, H).state_dict().items()}
    weights["rnn.bias_ih_l0"][redundant] += weights["rnn.bias_hh_l0"][redundant]
    weights["rnn.bias_hh_l0"][redundant] = 0
    text = random.randint(0, V, size=(B, T + 1))
    ids, targets = text[:, :-1].copy(), text[:, 1:].copy()

    def run(dtype):
        net = CharNet(kind, V, H).to(dtype)
        net.load_state_dict({k: tensor(v, dtype) for k, v in weights.items()})
        optimizer = torch.optim.Adam(net.parameters(), lr=learning_rate, foreach=False)
        x, y = torch.eye(V, dtype=dtype)[torch.from_numpy(ids)], torch.from_numpy(targets).reshape(-1)
        criterion = lambda: nn.functional.cross_entropy(net(x).reshape(-1, V), y)
        snapshot = lambda: {k: numbers(v) for k, v in net.state_dict().items()}
        gradients = lambda: {k: numbers(p.grad) for k, p in net.named_parameters()}
        losses, norms, kept = [], [], {}
        for step in range(steps):
            optimizer.zero_grad()
            loss = criterion()
            loss.backward()
            losses.append(numbers(loss))
            if step == 0:
                kept["gradients_step0_before_clipping"] = gradients()
            norms.append(numbers(nn.utils.clip_grad_norm_(net.parameters(), max_norm, foreach=False)))
            if step == 0:
                kept["gradients_step0_after_clipping"] = gradients()
            optimizer.step()
            if step == 0:
                kept["weights_after_1_step"] = snapshot()
        losses.append(numbers(criterion()))
        return dict(kept, loss_after_step=np.array(losses), gradient_norm_before_clipping=np.array(norms), final_weights=snapshot())

    single, double = map(run, BOTH)
    double = {k: double[k] for k in ["loss_after_step", "gradient_norm_before_clipping", "final_weights"]}
    return dict(name="%s_clip_%g" % (kind, max_norm), cell=kind, num_layers=1, V=V, H=H, B=B, T=T, learning_rate=learning_rate,
                betas=[0.9, 0.999], eps=1e-8, max_norm=max_norm, steps=steps,
                number_of_clipped_steps=int((single["gradient_norm_before_clipping"] > max_norm).sum()),
                token_ids=ids, targets=targets, initial_weights=weights, **single, f64=double)


# Losses of values --------------------------------------------------------------------------------------------------


def losses_case(seed, loss, quantiles=None, per_value=False, B=3, T=4, I=2, H=5, K=3):
    """A GRU and a linear layer under a weighted loss; the weights are (B, T) or (B, T, K), with zeros."""
    random = draws.generator(seed)
    width = K * len(quantiles or [1])
    shapes = dict(recurrent("gru", I, H).state_dict(), **{"head.weight": torch.zeros(width, H), "head.bias": torch.zeros(width)})
    weights = {k: draws.uniform(random, v.shape, 1 / np.sqrt(H)) for k, v in shapes.items()}
    inputs, targets = draws.uniform(random, (B, T, I)), draws.uniform(random, (B, T, K))
    if loss == "binaryCrossEntropy":
        targets = abs(targets)
    counts = random.randint(0, 4, size=(B, T, K) if per_value else (B, T)).astype(np.float32) / np.float32(2)

    def run(dtype):
        rnn, head = recurrent("gru", I, H).to(dtype), nn.Linear(H, width).to(dtype)
        net = nn.ModuleDict(dict(head=head))
        rnn.load_state_dict({k: tensor(v, dtype) for k, v in weights.items() if not k.startswith("head.")})
        net.load_state_dict({k: tensor(v, dtype) for k, v in weights.items() if k.startswith("head.")})
        y, t, w = head(rnn(tensor(inputs, dtype))[0]), tensor(targets, dtype), tensor(counts, dtype)
        y.retain_grad()
        if loss == "quantile":
            q = tensor(np.array(quantiles), dtype)
            d = t[..., None] - y.reshape(B, T, K, len(quantiles))
            cost = torch.maximum(q * d, (q - 1) * d).mean(-1)
        elif loss == "meanAbsoluteError":
            cost = nn.functional.l1_loss(y, t, reduction="none")
        elif loss == "meanSquaredError":
            cost = nn.functional.mse_loss(y, t, reduction="none")
        else:
            cost = nn.functional.binary_cross_entropy_with_logits(y, t, reduction="none")
        w = w if per_value else w[..., None].expand(B, T, K)
        value = (w * cost).sum() / w.sum()
        value.backward()
        named = list(rnn.named_parameters()) + list(net.named_parameters())
        return dict(logits=numbers(y), loss=numbers(value), gradient_of_logits=numbers(y.grad),
                    gradients={k: numbers(p.grad) for k, p in named})

    single, double = map(run, BOTH)
    return dict(name="%s, weights of %s" % (loss, "values" if per_value else "steps"), loss_name=loss, quantiles=quantiles,
                B=B, T=T, I=I, H=H, K=K, inputs=inputs, targets=targets, loss_weights=counts, weights=weights, **single, f64=double)


def losses_file():
    names = ["meanSquaredError", "meanAbsoluteError", "quantile", "binaryCrossEntropy"]
    return dict(library=LIBRARY, cases=[
        losses_case(710 + 2 * n + per_value, name, [0.1, 0.5, 0.9] if name == "quantile" else None, per_value == 1)
        for n, name in enumerate(names) for per_value in [0, 1]])


def files():
    yield "torch_adam", adam_file()
    yield "torch_descent", descent_file()
    yield "torch_schedules", schedules_file()
    yield "torch_losses", losses_file()
    yield "torch_cells", dict(library=LIBRARY, cases=[
        cell_case(505, "tanh"), cell_case(506, "tanh", 2), cell_case(507, "relu"), cell_case(508, "relu", 2),
        cell_case(509, "gru"), cell_case(510, "gru", 2), cell_case(511, "lstm"), cell_case(512, "lstm", 2),
        cell_case(513, "tanh", 1, True), cell_case(514, "gru", 2, True), cell_case(515, "lstm", 1, True),
        cell_case(516, "tanh", lengths=[7, 4, 1]), cell_case(517, "gru", 2, lengths=[7, 4, 1]),
        cell_case(518, "lstm", lengths=[7, 4, 1]), cell_case(519, "gru", 1, True, [7, 4, 1])])
    yield "torch_train_chars", dict(library=LIBRARY, cases=[
        train_case(606, "gru", 1.0), train_case(607, "tanh", 1.0), train_case(608, "gru", 0.2),
        train_case(609, "lstm", 0.18, 2.5), train_case(610, "tanh", 0.25)])
