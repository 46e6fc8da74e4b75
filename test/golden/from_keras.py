"""Golden data from tf.keras (Keras 2.15.0 in tensorflow 2.15.1), eager mode: SimpleRNN, LSTM, GRU in its two forms."""
import os

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
import numpy as np
import keras
import tensorflow as tf

import draws

tf.config.threading.set_intra_op_parallelism_threads(1)
LIBRARY = "tf.keras %s in tensorflow %s" % (keras.__version__, tf.__version__)
LAYERS = {
    "SimpleRNN": tf.keras.layers.SimpleRNN,
    "LSTM": tf.keras.layers.LSTM,
    "GRU_reset_after_true": lambda units, **rest: tf.keras.layers.GRU(units, reset_after=True, **rest),
    "GRU_reset_after_false": lambda units, **rest: tf.keras.layers.GRU(units, reset_after=False, **rest),
}


def case(seed, kind, B=3, T=5, I=4, U=6):
    random = draws.generator(seed)
    letters = "hc" if kind == "LSTM" else "h"

    def layer(dtype):
        made = LAYERS[kind](U, return_sequences=True, return_state=True, dtype=dtype)
        made.build((None, None, I))
        return made, [v.name.split("/")[-1].split(":")[0] for v in made.weights]

    made, names = layer("float32")
    weights = {k: draws.uniform(random, tuple(v.shape), 0.5) for k, v in zip(names, made.weights)}
    inputs = draws.uniform(random, (B, T, I))
    states = {"initial_" + x: draws.uniform(random, (B, U), 0.9) for x in letters}
    r_outputs = draws.uniform(random, (B, T, U))
    r_states = {"r_" + x: draws.uniform(random, (B, U)) for x in letters}

    def run(dtype):
        constant = lambda array: tf.constant(array.astype(dtype))
        net, _ = layer(dtype)
        net.set_weights([weights[k].astype(dtype) for k in names])
        x, start = constant(inputs), {k: constant(v) for k, v in states.items()}
        with tf.GradientTape() as tape:
            tape.watch([x, *start.values()])
            outputs, *end = net(x, initial_state=list(start.values()))
            objective = tf.reduce_sum(outputs * constant(r_outputs))
            objective += sum(tf.reduce_sum(s * constant(r)) for s, r in zip(end, r_states.values()))
        sources = dict(zip(names, net.trainable_weights), inputs=x, **start)
        gradients = {k: g.numpy() for k, g in zip(sources, tape.gradient(objective, list(sources.values())))}
        state = {x: s.numpy() for x, s in zip(letters, end)}
        return dict(outputs=outputs.numpy(), state=state, objective=objective.numpy(), gradients=gradients)

    single, double = map(run, ["float32", "float64"])
    bias = made.get_weights()[names.index("bias")]
    return dict(name=kind, B=B, T=T, I=I, U=U, get_weights_order=names, weights=weights, default_initial_bias=bias,
                inputs=inputs, **states, r_outputs=r_outputs, **r_states, **single, f64=double)


def files():
    yield "keras_cells", dict(library=LIBRARY, cases=[case(707 + k, kind) for k, kind in enumerate(LAYERS)])
