"""Inputs for the golden data, drawn from seeds, and the JSON that holds them (numpy only, Python 3.7 or later).

RandomState is numpy's frozen generator: the same seed gives the same numbers in every version.
"""
import json

import numpy as np


def generator(seed):
    return np.random.RandomState(seed)


def uniform(random, shape, limit=1.0):
    return random.uniform(-limit, limit, size=shape).astype(np.float32)


def glorot(random, rows, columns):
    """U(-l, l) with l = sqrt(6 / (rows + columns)): what TensorFlow does for a kernel when told nothing."""
    return uniform(random, (rows, columns), np.sqrt(6.0 / (rows + columns)))


def optimizer_gradients(seed, steps):
    """(steps, 7): each column is a different way to be hard on an optimizer."""
    random = generator(seed)
    g = random.standard_normal((steps, 7))
    g[:, 1:5] *= [1e-12, 1e-8, 1e-4, 1e6]  # far below epsilon ... far above it
    g[:, 5] *= 10.0 ** random.uniform(-12, 6, size=steps)  # changes scale at every step
    g[1:, 6] = 0  # one kick, then silence
    g[1::3, 0] = 0  # ordinary, with gaps
    return g.astype(np.float32)


def clip_gradients(random):
    """Three arrays and five pairs (scale, limit): clipped, not clipped, tiny, zero, huge."""
    arrays = [uniform(random, shape, 2) for shape in [(4, 3), (5,), (2, 2)]]
    pairs = [(1, 1.0), (1, 100.0), (1e-3, 0.5), (0, 1.0), (1e4, 5.0)]
    return [([a * np.float32(scale) for a in arrays], limit) for scale, limit in pairs]


def write(path, content):
    text = _json(content, "\n") + "\n"
    json.loads(text)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    print(path, len(text))


def _json(value, newline):
    inner = newline + " "
    if isinstance(value, np.ndarray):
        return '{"shape":%s,"data":[%s]}' % (list(value.shape), ",".join(map(_number, value.ravel())))
    if isinstance(value, dict):
        entries = ["%s%s: %s" % (inner, json.dumps(str(key)), _json(value[key], inner)) for key in value]
        return "{" + ",".join(entries) + newline + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_json(entry, inner) for entry in value) + "]"
    if value is None or isinstance(value, (str, bool)):
        return json.dumps(value)
    return _number(value)


def _number(x):
    if isinstance(x, (int, np.integer)):
        return str(int(x))
    if not np.isfinite(x):
        raise ValueError("golden data must be finite")
    # 9 digits name a float32 without doubt; 13 are more than a comparison of doubles needs
    return ("%.9g" if isinstance(x, np.float32) else "%.13g") % x
