"""Writes the Keras files of this folder and what their models answer: python make_keras.py FOLDER keras|tf_keras

keras: Keras 3.15.1 on tensorflow-cpu 2.21.0; tf_keras: tf_keras 2.21.0, which is Keras 2. Python 3.11.7, h5py 3.14.0.
"""
import json, os, sys

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="", TF_USE_LEGACY_KERAS="0")
import numpy as np

folder, library = sys.argv[1:]
keras = __import__(library)
K = keras.layers
draws = np.random.default_rng(7)


def answer(name, model, inputs, endings, softmax=False):
    model.set_weights([draws.uniform(-0.7, 0.7, w.shape).astype("float32") for w in model.get_weights()])
    for ending in endings:
        path = os.path.join(folder, name + ending)
        (model.save_weights if "weights" in ending else model.save)(path)
    outputs = model(inputs, training=False).numpy()
    flat = lambda a: dict(shape=list(a.shape), data=[float("%.9g" % x) for x in a.ravel()])
    return name, dict(library="%s %s" % (library, keras.__version__), files=[name + e for e in endings], softmax=softmax,
                      inputs=flat(inputs), outputs=flat(outputs), get_weights=[flat(w) for w in model.get_weights()])


features = draws.uniform(-1, 1, (2, 6, 4)).astype("float32")
ids = draws.integers(0, 6, (2, 5)).astype("float32")
cases = []
if library == "keras":
    cases.append(answer("bidirectional_gru", keras.Sequential([
        keras.Input((None, 4)), K.Bidirectional(K.GRU(3, return_sequences=True)),
        K.Bidirectional(K.GRU(3, return_sequences=True)), K.Dense(5, activation="softmax")]), features,
        [".keras", ".h5", ".weights.h5"], softmax=True))
    given = keras.Input((None,))
    x = K.Dropout(0.5)(K.Embedding(6, 4)(given))
    x = K.LSTM(3, return_sequences=True, dropout=0.2, name="forward_memory")(x)
    cases.append(answer("functional_lstm", keras.Model(given, K.TimeDistributed(K.Dense(2))(x)), ids, [".keras", ".h5"]))
    cases.append(answer("relu_without_bias", keras.Sequential([
        keras.Input((None, 4)), K.SimpleRNN(3, activation="relu", use_bias=False, return_sequences=True, name="simple_rnn_1"),
        K.SimpleRNN(3, activation="relu", use_bias=False, return_sequences=True, name="simple_rnn")]), features,
        [".keras", ".h5", ".weights.h5"]))
else:
    cases.append(answer("legacy_gru", keras.Sequential([
        keras.Input((None, 4)), K.Bidirectional(K.GRU(3, reset_after=False, return_sequences=True)), K.Dense(2)]), features,
        [".keras", ".h5", ".weights.h5"]))
    given = keras.Input((None,))
    x = K.LSTM(3, return_sequences=True)(K.LSTM(3, return_sequences=True)(K.Embedding(6, 4)(given)))
    cases.append(answer("legacy_functional_lstm", keras.Model(given, K.Dense(2)(x)), ids, [".keras", ".h5"]))
with open(os.path.join(folder, library + "_files.json"), "w") as file:
    json.dump(dict(cases), file)
