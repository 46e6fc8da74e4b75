"""What the onnx package's checker, its shape inference and onnxruntime's native build say of exported models.

    npx tsx test/golden/convert/write_onnx.ts target/onnx && python test/golden/convert/check_onnx.py target/onnx

Last run with onnx 1.23.2, onnxruntime 1.32.0 and numpy on Python 3.11.7: 80 models, all accepted, loaded and run.
"""
import glob, os, sys

import numpy as np
import onnx
import onnxruntime

paths = sorted(glob.glob(os.path.join(sys.argv[1], "*.onnx")))
assert paths, "no models there"
for path in paths:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    assert [v.name for v in inferred.graph.output] == [v.name for v in model.graph.output]
    session = onnxruntime.InferenceSession(path)
    for batch, time in ((1, 1), (3, 4)):
        sizes = {"batch": batch, "time": time}
        feeds = {}
        for value in session.get_inputs():
            shape = [sizes.get(n, n) for n in value.shape]
            kind = {"tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(float)": np.float32}[value.type]
            feeds[value.name] = np.ones(shape, kind)
        for value, got in zip(session.get_outputs(), session.run(None, feeds)):
            assert list(got.shape) == [sizes.get(n, n) for n in value.shape], (path, value.name)
            assert np.isfinite(got).all(), (path, value.name)
print("%d models: accepted by onnx %s, run by onnxruntime %s" % (len(paths), onnx.__version__, onnxruntime.__version__))
