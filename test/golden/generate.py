"""Writes the golden files of one library into a folder: python generate.py tensorflow|torch|safetensors|keras FOLDER

Which library versions, and how to install them: README.md beside this file.
"""
import importlib
import os
import sys

import draws

if len(sys.argv) != 3 or sys.argv[1] not in ("tensorflow", "torch", "safetensors", "keras"):
    sys.exit(__doc__)
for name, content in importlib.import_module("from_" + sys.argv[1]).files():
    draws.write(os.path.join(sys.argv[2], name + ".json"), content)
