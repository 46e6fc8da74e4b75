"""Writes HDF5 files in the ways that h5py knows: python make_hdf5.py FOLDER (Python 3.11.7, h5py 3.14.0, HDF5 1.14.6).

All hold the same arrays and attributes; hdf5.json says which.
"""
import json, os, sys

import h5py, numpy as np

folder = sys.argv[1]
draws = np.random.default_rng(11)
kernel = draws.uniform(-1, 1, (6, 10)).astype("float32")
bias = draws.uniform(-1, 1, 10).astype("float32")
wide = np.round(draws.uniform(-1, 1, (33, 21)), 2).astype("float32")
names = ["kernel:0", "größe/bias:0"]


def fill(file, track_order=False, large=False, **how):
    file.attrs["json"] = "{\"a\": \"é\"}"
    file.attrs["fixed"] = np.bytes_("3.1.4")
    file.attrs["names"] = names
    file.attrs["fixed_names"] = np.array([b"one", b"three"])
    file.attrs["number"] = 3.5
    group = file.create_group("layers/lstm/vars", track_order=track_order)
    group.attrs["name"] = "lstm"
    group.create_dataset("0", data=kernel)
    group.create_dataset("1", data=bias)
    file.create_dataset("half", data=bias.astype("float16"))
    file.create_dataset("double", data=kernel.astype(">f8"))
    file.create_dataset("chunks", data=wide, **how)
    if large:
        many = file.create_group("many", track_order=track_order)
        for k in range(600 if track_order else 40):
            many.create_dataset("array_%03d" % k, data=np.float32([k, -k]))


files = {
    "plain": dict(),
    "ordered": dict(track_order=True, large=True),
    "many": dict(large=True),
    "gzip": dict(chunks=(8, 5), compression="gzip", shuffle=True, fletcher32=True),
    "chunked": dict(chunks=(3, 4)),
}
for name, how in files.items():
    with h5py.File(os.path.join(folder, name + ".h5"), "w") as file:
        fill(file, **how)
with h5py.File(os.path.join(folder, "latest.h5"), "w", libver="latest") as file:
    fill(file, large=True)

flat = lambda a: dict(shape=list(a.shape), data=[float("%.9g" % x) for x in a.ravel()])
golden = dict(
    files=sorted([name + ".h5" for name in files] + ["latest.h5"]),
    attributes=dict(json="{\"a\": \"é\"}", fixed="3.1.4", names=names, fixed_names=["one", "three"]),
    arrays={"layers/lstm/vars/0": flat(kernel), "layers/lstm/vars/1": flat(bias), "half": flat(bias.astype("float16")),
            "double": flat(kernel), "chunks": flat(wide)},
)
with open(os.path.join(folder, "hdf5.json"), "w") as file:
    json.dump(golden, file)
