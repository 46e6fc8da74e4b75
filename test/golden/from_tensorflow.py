"""Golden data from TensorFlow 1.15.5, graph mode: the tutorial's program, dynamic_rnn, cells, sequence_loss, Adam, clipping."""
import itertools
import os

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
import numpy as np
import tensorflow as tf
from tensorflow.contrib.seq2seq import sequence_loss

import draws

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
LIBRARY = "tensorflow " + tf.__version__
BOTH = [tf.float32, tf.float64]
FLAGS = ["average_across_timesteps", "average_across_batch", "sum_over_timesteps", "sum_over_batch"]


def in_own_graph(build, *arguments):
    one_thread = tf.compat.v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
    with tf.Graph().as_default(), tf.compat.v1.Session(config=one_thread) as session:
        return build(session, *arguments)


def recurrent_layer(x, state, hidden, lengths=None, activation=None):
    cell = tf.nn.rnn_cell.BasicRNNCell(hidden, activation=activation)
    outputs, last = tf.nn.dynamic_rnn(cell, x, sequence_length=lengths, initial_state=state)
    variables = {v.name.split("/")[-1][:-2]: v for v in tf.compat.v1.trainable_variables()}
    return outputs, last, variables


def load(session, variables, values):
    session.run(tf.compat.v1.global_variables_initializer())
    for name, variable in variables.items():
        variable.load(values[name].astype(variable.dtype.as_numpy_dtype), session)


def split_kernel(values, inputs):
    """Adds the two blocks of the joint kernel (I+H, H): the first I rows act on x, the others on h."""
    kernel = values["kernel"]
    return dict(dict(kernel=kernel, w_ih=kernel[:inputs], w_hh=kernel[inputs:]), **{k: v for k, v in values.items() if k != "kernel"})


def adam(dtype, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8):
    settings = [learning_rate, beta1, beta2, epsilon]
    if dtype == tf.float64:  # plain numbers would be rounded to float32 on the way
        settings = [tf.constant(s, tf.float64) for s in settings]
    return tf.compat.v1.train.AdamOptimizer(*settings)


# The tutorial's program ---------------------------------------------------------------------------------------------


def gohome_case(name, hidden, seed, steps, learning_rate, output_layer, zero_bias=True):
    chars, text_in, text_out, depth = "gohme", "gohom", "ohome", 4
    random = draws.generator(seed)
    bias = lambda n: np.zeros(n, np.float32) if zero_bias else draws.uniform(random, n, 0.3)
    weights = dict(kernel=draws.glorot(random, depth + hidden, hidden))
    weights["bias"] = bias(hidden)
    if output_layer:
        weights["w_ho"] = draws.glorot(random, hidden, len(chars))
        weights["b_o"] = bias(len(chars))
    ids, targets = (np.array([[chars.index(c) for c in text]]) for text in (text_in, text_out))
    one_hot = np.eye(depth, dtype=np.float32)[ids]
    facts = dict(name=name, chars=chars, text_in=text_in, text_out=text_out, batch=1, T=len(text_in), input_size=depth,
                 hidden_size=hidden, classes=len(chars), learning_rate=learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8,
                 steps=steps, token_ids=ids, x_one_hot=one_hot, targets=targets, loss_weights=np.ones((1, 5), np.float32),
                 initial_state=np.zeros((1, hidden), np.float32), initial_weights=split_kernel(weights, depth))
    single, double = (in_own_graph(gohome_run, dtype, facts, weights) for dtype in BOTH)
    end = {k: v for k, v in double["weights_after_step"][steps].items() if not k.startswith("adam")}
    double = dict(initial=double["initial"], loss_after_step=double["loss_after_step"],
                  first_step_correct=double["first_step_correct"], weights_after_step={steps: end})
    return dict(facts, **single, f64=double)


def gohome_run(session, dtype, facts, weights):
    depth, hidden, steps = facts["input_size"], facts["hidden_size"], facts["steps"]
    x = tf.constant(facts["x_one_hot"], dtype)
    outputs, state, variables = recurrent_layer(x, tf.zeros([1, hidden], dtype), hidden)
    logits = outputs
    if "w_ho" in weights:
        for name in ["w_ho", "b_o"]:
            variables[name] = tf.compat.v1.get_variable(name, weights[name].shape, dtype)
        logits = (tf.matmul(outputs[0], variables["w_ho"]) + variables["b_o"])[tf.newaxis]
    loss = sequence_loss(logits, tf.constant(facts["targets"], tf.int32), tf.ones([1, facts["T"]], dtype))
    optimizer = adam(dtype, facts["learning_rate"])
    train = optimizer.minimize(loss)
    load(session, variables, weights)

    gradients = dict(zip(variables, session.run(tf.gradients(loss, list(variables.values())))))
    initial = dict(zip(["loss", "outputs", "final_state"], session.run([loss, outputs, state])))
    if logits is not outputs:
        initial["logits"] = session.run(logits)
    initial["gradients"] = split_kernel(gradients, depth)

    losses, said, margins, after = [], [], [], {}
    for step in range(steps + 1):
        value, scores = session.run([loss, logits])
        ranked = np.sort(scores[0], axis=-1)
        losses.append(value)
        said.append("".join(facts["chars"][i] for i in scores[0].argmax(-1)))
        margins.append((ranked[:, -1] - ranked[:, -2]).min())
        if step in (1, 2, 10, 100, steps):
            after[step] = split_kernel(session.run(variables), depth)
        if step in (1, steps):
            for letter in "mv":
                after[step]["adam_" + letter] = session.run({k: optimizer.get_slot(v, letter) for k, v in variables.items()})
        if step < steps:
            session.run(train)
    right = [text == facts["text_out"] for text in said]
    first = right.index(True)
    held_from = max(k for k in range(steps + 1) if not right[k]) + 1
    shown = [k for k in range(steps + 1) if k <= 20 or k % 10 == 0 or k == first]
    return dict(initial=initial, loss_after_step=np.array(losses), predictions={k: said[k] for k in shown}, first_step_correct=first,
                correct_from_step_on=held_from, smallest_logit_margin_at_first_step_correct=margins[first], weights_after_step=after)


# dynamic_rnn --------------------------------------------------------------------------------------------------------


def dynamic_case(seed, name, lengths=None, zero_state=False, B=3, T=6, I=4, H=5):
    random = draws.generator(seed)
    weights = dict(kernel=draws.glorot(random, I + H, H), bias=draws.uniform(random, H, 0.5))
    inputs = draws.uniform(random, (B, T, I))
    state = draws.uniform(random, (B, H), 0.9) * np.float32(not zero_state)
    case = dict(name=name, cell="tanh", B=B, T=T, I=I, H=H, sequence_length=lengths, weights=split_kernel(weights, I), inputs=inputs,
                initial_state=state, r_outputs=draws.uniform(random, (B, T, H)), r_state=draws.uniform(random, (B, H)))
    single, double = (in_own_graph(dynamic_run, dtype, case, weights) for dtype in BOTH)
    return dict(case, **single, f64=double)


def dynamic_run(session, dtype, case, weights):
    constant = {k: tf.constant(case[k], dtype) for k in ["inputs", "initial_state", "r_outputs", "r_state"]}
    x, start = constant["inputs"], constant["initial_state"]
    outputs, state, variables = recurrent_layer(x, start, case["H"], case["sequence_length"])
    objective = tf.reduce_sum(outputs * constant["r_outputs"]) + tf.reduce_sum(state * constant["r_state"])
    sources = dict(variables, inputs=x, initial_state=start)
    gradients = dict(zip(sources, tf.gradients(objective, list(sources.values()))))
    load(session, variables, weights)
    return session.run(dict(outputs=outputs, state=state, objective=objective, gradients=gradients))


# BasicLSTMCell, GRUCell ---------------------------------------------------------------------------------------------


def cell_case(seed, name, kind, lengths=None, B=3, T=5, I=4, H=5):
    random = draws.generator(seed)
    if kind == "lstm":
        weights = dict(kernel=draws.glorot(random, I + H, 4 * H), bias=draws.uniform(random, 4 * H, 0.5))
    else:
        weights = {"gates/kernel": draws.glorot(random, I + H, 2 * H), "gates/bias": draws.uniform(random, 2 * H, 0.5) + np.float32(1),
                   "candidate/kernel": draws.glorot(random, I + H, H), "candidate/bias": draws.uniform(random, H, 0.5)}
    letters = ["c", "h"] if kind == "lstm" else ["state"]
    inputs = draws.uniform(random, (B, T, I))
    states = {"initial_" + x: draws.uniform(random, (B, H), 0.9) for x in letters}
    r_outputs = draws.uniform(random, (B, T, H))
    r_states = {"r_" + x: draws.uniform(random, (B, H)) for x in letters}
    case = dict(name=name, cell=kind, B=B, T=T, I=I, H=H, sequence_length=lengths, weights=weights)
    given = dict(inputs=inputs, **states, r_outputs=r_outputs, **r_states)
    (single, bias), (double, _) = (in_own_graph(cell_run, dtype, case, given, letters) for dtype in BOTH)
    return dict(case, default_initial_bias=bias, **given, **single, f64=double)


def cell_run(session, dtype, case, given, letters):
    constant = {k: tf.constant(v, dtype) for k, v in given.items()}
    x, start = constant["inputs"], [constant["initial_" + letter] for letter in letters]
    if case["cell"] == "lstm":
        cell, state = tf.nn.rnn_cell.BasicLSTMCell(case["H"], forget_bias=1.0), tf.nn.rnn_cell.LSTMStateTuple(*start)
    else:
        cell, state = tf.nn.rnn_cell.GRUCell(case["H"]), start[0]
    outputs, last = tf.nn.dynamic_rnn(cell, x, sequence_length=case["sequence_length"], initial_state=state)
    last = list(last) if case["cell"] == "lstm" else [last]
    variables = {"/".join(v.name[:-2].split("/")[2:]): v for v in tf.compat.v1.trainable_variables()}
    objective = tf.reduce_sum(outputs * constant["r_outputs"])
    objective += sum(tf.reduce_sum(s * constant["r_" + letter]) for s, letter in zip(last, letters))
    sources = dict(variables, inputs=x, **{"initial_" + letter: s for letter, s in zip(letters, start)})
    gradients = dict(zip(sources, tf.gradients(objective, list(sources.values()))))
    session.run(tf.compat.v1.global_variables_initializer())
    bias = {k: v for k, v in session.run(variables).items() if k.endswith("bias")}
    load(session, variables, case["weights"])
    state = dict(zip(letters, last)) if case["cell"] == "lstm" else last[0]
    return session.run(dict(outputs=outputs, state=state, objective=objective, gradients=gradients)), bias


# sequence_loss ------------------------------------------------------------------------------------------------------


def sequence_loss_file(seed=303, B=3, T=4, V=5):
    random = draws.generator(seed)
    logits = (random.standard_normal((B, T, V)) * 2).astype(np.float32)
    targets = random.randint(0, V, size=(B, T))
    large = draws.uniform(random, (B, T, V), 200)
    fractional = random.uniform(0.1, 2.0, (B, T)).astype(np.float32)
    gaps = fractional * (random.uniform(size=(B, T)) < 0.6).astype(np.float32)
    mask = np.array([[float(t < T - 2 * b) for t in range(T)] for b in range(B)], np.float32)
    cross = fractional.copy()
    cross[1, :] = cross[:, 2] = 0
    full = lambda value: np.full((B, T), value, np.float32)
    sets = {"ones": (logits, full(1)), "mask_with_zeros": (logits, mask), "fractional": (logits, fractional),
            "fractional_with_zeros": (logits, gaps), "a_zero_row_and_a_zero_column": (logits, cross),
            "all_zero": (logits, full(0)), "tiny_sum_1e-13": (logits, full(1e-13)), "large_logits": (large, fractional)}

    def run(session, dtype, scores, weights, flags):
        scores = tf.constant(scores, dtype)
        loss = sequence_loss(scores, tf.constant(targets, tf.int32), tf.constant(weights, dtype), **flags)
        return session.run(dict(loss=loss, gradient_of_sum_logits=tf.gradients(loss, scores)[0]))

    legal, refused, misread = [], [], []
    for values in itertools.product([False, True], repeat=4):
        flags = dict(zip(FLAGS, values))
        try:
            in_own_graph(run, tf.float32, logits, fractional, flags)
            if (values[0] and values[3]) or (values[1] and values[2]):
                misread.append(dict(flags=flags))  # accepted, but the sum flag has no effect
            else:
                legal.append(flags)
        except ValueError:
            refused.append(dict(flags=flags))
    cases = []
    for name, flags in itertools.product(sets, legal):
        single, double = (in_own_graph(run, dtype, *sets[name], flags) for dtype in BOTH)
        cases.append(dict(set=name, flags=flags, loss=np.asarray(single["loss"]), gradient_of_sum_logits=single["gradient_of_sum_logits"],
                          f64=dict(loss=np.asarray(double["loss"]), gradient_of_sum_logits=double["gradient_of_sum_logits"])))
    return dict(library=LIBRARY, B=B, T=T, V=V, targets=targets, sets={k: dict(logits=s, weights=w) for k, (s, w) in sets.items()},
                raises_ValueError=refused, accepted_by_1_15_but_ambiguous=misread, cases=cases)


# Adam and clipping --------------------------------------------------------------------------------------------------


def adam_file(seed=404, steps=50):
    random = draws.generator(seed + 1)
    start, gradients = draws.uniform(random, 7), draws.optimizer_gradients(seed, steps)

    def run(session, dtype, settings):
        theta = tf.compat.v1.get_variable("theta", [7], dtype)
        g = tf.compat.v1.placeholder(dtype, [7])
        optimizer = adam(dtype, settings["lr"], settings["beta1"], settings["beta2"], settings["epsilon"])
        update = optimizer.apply_gradients([(g, theta)])
        load(session, dict(theta=theta), dict(theta=start))
        path = [session.run([update, theta.read_value()], {g: row}) and session.run(theta) for row in gradients]
        m, v = session.run([optimizer.get_slot(theta, "m"), optimizer.get_slot(theta, "v")])
        return dict(parameters_after_step=np.array(path), final_m=m, final_v=v)

    def clip(session, dtype, arrays, limit):
        clipped, norm = tf.clip_by_global_norm([tf.constant(a, dtype) for a in arrays], limit)
        return session.run(dict(global_norm=norm, clipped=clipped))

    names = ["lr", "beta1", "beta2", "epsilon"]
    runs = [dict(zip(names, s)) for s in [(0.001, 0.9, 0.999, 1e-8), (0.1, 0.8, 0.99, 1e-7), (0.01, 0.0, 0.9, 1e-3)]]
    runs = [dict(s, **in_own_graph(run, tf.float32, s), f64=in_own_graph(run, tf.float64, s)) for s in runs]
    clips = []
    for arrays, limit in draws.clip_gradients(random):
        single, double = (in_own_graph(clip, dtype, arrays, limit) for dtype in BOTH)
        clips.append(dict(clip_norm=limit, gradients=arrays, **single, f64=dict(global_norm=double["global_norm"])))
    return dict(library=LIBRARY, parameters_before=start, gradients=gradients, adam=runs, clip_by_global_norm=clips)


def files():
    yield "tf_gohome", dict(library=LIBRARY, cases=[gohome_case("gohome", 5, 20230928, 300, 0.1, False)])
    yield "tf_gohome_output_layer", dict(library=LIBRARY, cases=[
        gohome_case("gohome_h5", 5, 20230929, 300, 0.1, True), gohome_case("gohome_h8", 8, 20230930, 100, 0.05, True, False)])
    yield "tf_dynamic_rnn", dict(library=LIBRARY, cases=[
        dynamic_case(101, "initial_state"), dynamic_case(102, "zero_initial_state", zero_state=True),
        dynamic_case(103, "lengths_6_3_0", [6, 3, 0]), dynamic_case(104, "lengths_5_2_1", [5, 2, 1])])
    yield "tf_cells", dict(library=LIBRARY, cases=[
        cell_case(202, "lstm", "lstm"), cell_case(203, "lstm_lengths", "lstm", [5, 3, 0]),
        cell_case(204, "gru", "gru"), cell_case(205, "gru_lengths", "gru", [5, 3, 0])])
    yield "tf_sequence_loss", sequence_loss_file()
    yield "tf_adam", adam_file()
