"""Files as older and newer versions of Keras lay them out, written by h5py alone: python make_keras_layouts.py FOLDER

old_gru_*.h5: what Keras 2.1 wrote before GRU had reset_after, whole models and weights alone.
subclassed*.weights.h5: Keras 3's weights of a model whose layers are attributes.
split_names.h5: weight_names divided among attributes, as Keras does for lists of more than 64 KB.
"""
import json, os, sys

import h5py, numpy as np

folder = sys.argv[1]
draws = np.random.default_rng(3)
array = lambda *shape: draws.uniform(-1, 1, shape).astype("float32")
I, H = 2, 3


def old(name, use_bias, version, config=True, rows=1):
    arrays = [("kernel:0", array(I, 3 * H)), ("recurrent_kernel:0", array(H, 3 * H))]
    if use_bias:
        arrays.append(("bias:0", array(3 * H) if rows == 1 else array(2, 3 * H)))
    with h5py.File(os.path.join(folder, name), "w") as file:
        place = file
        if config:
            gru = dict(name="gru_1", units=H, activation="tanh", recurrent_activation="sigmoid", use_bias=use_bias,
                       return_sequences=True)
            layers = [dict(class_name="GRU", config=gru)]
            file.attrs["model_config"] = json.dumps(dict(class_name="Sequential", config=layers)).encode()
            place = file.create_group("model_weights")
        if version:
            file.attrs["keras_version"] = version.encode()
        place.attrs["layer_names"] = [b"gru_1"]
        group = place.create_group("gru_1")
        group.attrs["weight_names"] = [("gru_1/" + key).encode() for key, _ in arrays]
        for key, value in arrays:
            group.create_dataset("gru_1/" + key, data=value)


old("old_gru_bias.h5", True, "2.1.2")
old("old_gru_two_rows.h5", True, "2.1.2", rows=2)
old("old_gru_without_bias.h5", False, "2.1.2")
old("old_gru_without_bias_or_version.h5", False, None)
old("new_gru_without_bias.h5", False, "2.11.0")
old("old_gru_weights.h5", False, "2.1.2", config=False)

with h5py.File(os.path.join(folder, "subclassed.weights.h5"), "w") as file:
    for path, value in dict([("gru/cell/vars/0", array(I, 3 * H)), ("gru/cell/vars/1", array(H, 3 * H)),
                             ("gru/cell/vars/2", array(2, 3 * H)), ("head/vars/0", array(H, 2)),
                             ("head/vars/1", array(2)), ("optimizer/vars/0", array(1))]).items():
        file[path] = value
with h5py.File(os.path.join(folder, "subclassed_in_part.weights.h5"), "w") as file:
    for path, value in dict([("layers/gru/cell/vars/0", array(I, 3 * H)), ("layers/gru/cell/vars/1", array(H, 3 * H)),
                             ("layers/gru/cell/vars/2", array(2, 3 * H)), ("projection/vars/0", array(H, 2)),
                             ("optimizer/vars/0", array(1)), ("metrics/mean/vars/0", array(1))]).items():
        file[path] = value
with h5py.File(os.path.join(folder, "two_cells.weights.h5"), "w") as file:
    for k in range(2):
        for at, value in enumerate([array(I, 3 * H), array(H, 3 * H), array(2, 3 * H)]):
            file["layers/rnn/cell/cells/gru_cell%s/vars/%d" % ("_1" * k, at)] = value
with h5py.File(os.path.join(folder, "split_names.h5"), "w") as file:
    file.attrs["layer_names0"] = [b"simple_rnn"]
    file.attrs["layer_names1"] = [b"dense"]
    for layer, arrays in dict(simple_rnn=[array(I, H), array(H, H), array(H)], dense=[array(H, 2), array(2)]).items():
        group = file.create_group(layer)
        names = [b"kernel:0", b"bias:0"] if layer == "dense" else [b"kernel:0", b"recurrent_kernel:0", b"bias:0"]
        group.attrs["weight_names0"] = names[:1]
        group.attrs["weight_names1"] = names[1:]
        for key, value in zip(names, arrays):
            group.create_dataset(key, data=value)
