"""Arrays as NumPy writes them: those of Input((None, 2)), SimpleRNN(3), Dense(2), counted up in sixteenths.

numpy_weights.npz is what np.savez(path, *model.get_weights()) writes; numpy_compressed.npz has the same in Fortran's order,
in float64 and deflated.
"""

import sys

import numpy as np

shapes = [(2, 3), (3, 3), (3,), (3, 2), (2,)]
arrays, count = [], 0
for shape in shapes:
    size = int(np.prod(shape))
    arrays.append((np.arange(count, count + size, dtype=np.float32) / 16 - 0.75).reshape(shape))
    count += size
folder = sys.argv[1]
np.savez(f"{folder}/numpy_weights.npz", *arrays)
others = [np.asfortranarray(a) if k % 2 == 0 else a.astype(np.float64) for k, a in enumerate(arrays)]
np.savez_compressed(f"{folder}/numpy_compressed.npz", *others)
