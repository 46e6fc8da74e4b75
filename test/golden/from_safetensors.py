"""Golden data from safetensors 0.8.0 and PyTorch 2.5.1: files that the reference library wrote, what PyTorch computes
with them, and odd files with the reference reader's answers."""
import base64
import json
import struct

import numpy as np
import safetensors
import safetensors.torch
import torch
from torch import nn

import draws

torch.set_num_threads(1)
LIBRARY = "safetensors %s, torch %s" % (safetensors.__version__, torch.__version__)


def text(data):
    return base64.b64encode(data).decode()


def numbers(tensor):
    return tensor.detach().numpy().copy()


# The format ---------------------------------------------------------------------------------------------------------


def values(tensor):
    """Every number as text: 64-bit integers do not survive a double."""
    wide = tensor.float() if tensor.dtype in (torch.float16, torch.bfloat16) else tensor
    return [str(int(x)) if isinstance(x, bool) else repr(x) for x in wide.flatten().tolist()]


def good_file(name, tensors, metadata=None):
    data = safetensors.torch.save(tensors, metadata)
    back = safetensors.torch.load(data)
    assert set(back) == set(tensors)
    described = {k: dict(dtype=str(v.dtype)[6:], shape=list(v.shape), values=values(v)) for k, v in sorted(back.items())}
    return dict(name=name, base64=text(data), metadata=metadata, tensors=described)


def good_files():
    t = torch.tensor
    yield good_file("floats", {
        "single": t([[1.5, -2.25, 3e-39], [1e38, 0.1, -0.0]]),
        "half": t([1.5, -65504.0, 6e-8, 6.1e-5, -0.0, 0.333, 2048.0, 1024.5], dtype=torch.float16),
        "brain": t([[1.5], [-3.140625], [1e-40]], dtype=torch.bfloat16),
        "double": t([0.1, -1e300, 5e-324, 2.0 ** -126], dtype=torch.float64),
    })
    yield good_file("integers", {
        "i64": t([-1, 2 ** 53 + 1, 7, -2 ** 63]), "i32": t([-2 ** 31, 2 ** 31 - 1], dtype=torch.int32),
        "i16": t([-2 ** 15, 5], dtype=torch.int16), "i8": t([-128, 127], dtype=torch.int8),
        "u8": t([0, 255], dtype=torch.uint8), "bool": t([True, False, True]),
    })
    # every type that a typed array has, so that writing it again must give the same bytes
    yield good_file("order", {
        "a_u8": t([1], dtype=torch.uint8), "b_i8": t([1], dtype=torch.int8), "c_i16": t([1], dtype=torch.int16),
        "d_i32": t([1], dtype=torch.int32), "e_f32": t([1.0]), "f_f64": t([1.0], dtype=torch.float64), "g_i64": t([1]),
        "h_u16": t([1], dtype=torch.uint16), "i_u32": t([1], dtype=torch.uint32), "j_u64": t([1], dtype=torch.uint64),
        "e": t([2.0]), "e_f3": t([3.0]), "E": t([4.0]), "é": t([5.0]), "\uff5e": t([6.0]), "\U0001f600": t([7.0]),
        'quote" \\ \n\t\b\f\r\x01\x7f\u2028': t([8.0]),
    }, {"note": 'café 한글 "quoted" \\ \n\x1f'})
    yield good_file("empty", {"empty_rows": torch.zeros(0, 3), "scalar": t(2.5), "empty": torch.zeros(0), "one": t([7.0])})
    yield good_file("no tensors", {})


def entry(dtype, shape, begin, end):
    return dict(dtype=dtype, shape=shape, data_offsets=[begin, end])


def file(header, data=0, pad=True, length=None):
    """The bytes of a file: a header, as an object or as bytes, and so many zeros or these bytes."""
    header = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    if pad:
        header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header) if length is None else length) + header + bytes(data)


def odd_files():
    ab = dict(a=entry("F32", [2], 0, 8), b=entry("F32", [2], 8, 16))
    one = b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    a = lambda shape, begin=0, end=8, data=8: file(dict(a=entry("F32", shape, begin, end)), data)
    yield "shorter than 8 bytes", b"\x10\0\0\0"
    yield "nothing", b""
    yield "header cut off", file(ab, 16)[:40]
    yield "header longer than the file", file(ab, 16, length=100000)
    yield "header over the limit", file(ab, 16, length=100000001)
    yield "header of 2^64 - 1 bytes", file(ab, 16, length=2 ** 64 - 1)
    yield "header of 0 bytes", file(b"", 0)
    yield "overlap", file(dict(a=entry("F32", [2], 0, 8), b=entry("F32", [2], 4, 12)), 12)
    yield "hole between", file(dict(a=entry("F32", [2], 0, 8), b=entry("F32", [2], 12, 20)), 20)
    yield "hole at the start", a([2], 4, 12, 12)
    yield "wrong length for the shape", a([3])
    yield "no JSON", file(one[:-1], 8)
    yield "no UTF-8", file(b'{"\xff\xfe":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', 8)
    yield "byte order mark", file(b"\xef\xbb\xbf" + one, 8)
    yield "bytes behind the last tensor", file(ab, bytes(16) + b"xyz")
    yield "data cut off", file(ab, 12)
    yield "shape too large", a([2 ** 40, 2 ** 40])
    yield "shape that wraps around to 8 bytes", a([2 ** 63 + 1, 2])
    yield "negative offsets", a([2], -8, 0)
    yield "begin after end", a([2], 8, 0)
    yield "three offsets", file(b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}', 8)
    yield "shape with a fraction", a([2.5])
    yield "shape written as a fraction", file(one.replace(b"[2]", b"[2.0]"), 8)
    yield "shape with an exponent", file(one.replace(b"[2]", b"[2e0]"), 8)
    yield "negative zero", file(b'{"a":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}')
    yield "shape as text", a("2")
    yield "shape is null", a(None)
    yield "unknown dtype", file(dict(a=entry("F33", [2], 0, 8)), 8)
    yield "dtype of Object.prototype", file(dict(a=entry("toString", [2], 0, 8)), 8)
    yield "dtype in lower case", file(dict(a=entry("f32", [2], 0, 8)), 8)
    yield "header is an array", file(b"[1,2]")
    yield "header is null", file(b"null")
    yield "tensor is a number", file(b'{"a":1}')
    yield "tensor is an array", file(b'{"a":[]}')
    yield "text in the metadata that is none", file(b'{"__metadata__":{"n":1},' + one[1:], 8)
    yield "metadata is an array", file(dict(__metadata__=[], **ab), 16)
    yield "missing shape", file(b'{"a":{"dtype":"F32","data_offsets":[0,8]}}', 8)
    yield "missing offsets", file(b'{"a":{"dtype":"F32","shape":[2]}}', 8)
    yield "header padded with zero bytes", file(one + b"\0\0\0", 8)
    yield "half a surrogate pair", file(one.replace(b'"a"', b'"\\ud800"'), 8)
    yield "half a surrogate pair in the metadata", file(b'{"__metadata__":{"a":"\\udc00"}}')
    yield "huge times huge times zero", a([2 ** 40, 2 ** 40, 0], 0, 0, 0)
    yield "nested 200 deep", file(b'{"a":' + b"[" * 200 + b"]" * 200 + b"}")
    yield "two headers", file(b"{}{}")
    yield "bits that fill no byte", file(dict(a=entry("F4", [3], 0, 1)), 1)
    yield "name twice", file(one[:-1] + b"," + one[1:], 8)
    yield "name twice, once escaped", file(one[:-1] + b"," + one[1:].replace(b'"a"', b'"\\u0061"'), 8)
    yield "shape twice", file(b'{"a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}', 8)
    yield "metadata twice", file(b'{"__metadata__":{},"__metadata__":{}}')
    yield "list in an entry's place", file(b'{"a":["F32",[2],[0,8]]}', 8)
    yield "header begins with a space", file(b" " + one, 8)
    yield "header not padded", file(one, 8, pad=False)
    yield "names not in the order of their offsets", file(dict(b=entry("F32", [2], 8, 16), a=entry("F32", [2], 0, 8)), 16)
    yield "unknown field", file(one[:-2] + b',"extra":1}}', 8)
    yield "unknown field with more in it", file(one.replace(b'"shape"', b'"extra":{"x":[null,true,"]"]},"shape"'), 8)
    yield "zero times huge", a([0, 2 ** 40], 0, 0, 0)
    yield "white space", file(b'{ "a" :\t{\n"dtype":"F32","shape":[ 2 ] ,"data_offsets":[0,8]}\r\n}', 8)
    yield "name __proto__", file(one.replace(b'"a"', b'"__proto__"'), 8)
    yield "empty name", file(one.replace(b'"a"', b'""'), 8)
    yield "four-bit floats", file(dict(a=entry("F4", [4], 0, 2)), 2)
    yield "no tensors", file(b"{}")


def answer(data):
    try:
        safetensors.deserialize(data)
        return None
    except Exception as error:
        return str(error)


def odd_file(name, data):
    return dict(name=name, base64=text(data), reference=answer(data))


# Modules ------------------------------------------------------------------------------------------------------------


class Net(nn.Module):
    def __init__(self, kind, head, I, H, V, **options):
        super().__init__()
        self.rnn = kind(I, H, batch_first=True, **options)
        if head:
            self.head = nn.Linear(H * (2 if options.get("bidirectional") else 1), V)

    def forward(self, x):
        outputs, state = self.rnn(x)
        return dict(outputs=outputs, state=state[0] if isinstance(state, tuple) else state,
                    **(dict(logits=self.head(outputs)) if hasattr(self, "head") else {}))


def module_case(seed, name, cell, head=True, rename=None, dtype=None, I=3, H=4, V=5, B=2, T=5, **options):
    kind, extra = dict(tanh=(nn.RNN, {}), relu=(nn.RNN, dict(nonlinearity="relu")), gru=(nn.GRU, {}), lstm=(nn.LSTM, {}))[cell]
    net = Net(kind, head, I, H, V, **extra, **options)
    random = draws.generator(seed)
    weights = {k: torch.from_numpy(draws.uniform(random, tuple(v.shape), 0.6)) for k, v in net.state_dict().items()}
    stored = weights if dtype is None else {k: v.to(dtype) for k, v in weights.items()}
    net.load_state_dict(stored)
    inputs = draws.uniform(random, (B, T, I))
    answers = {k: numbers(v) for k, v in net(torch.from_numpy(inputs)).items()}
    if rename is not None:
        stored = {rename(k): v for k, v in stored.items()}
    return dict(name=name, cell=cell, layers=options.get("num_layers", 1), bidirectional=options.get("bidirectional", False),
                bias=options.get("bias", True), head=head, I=I, H=H, V=V, base64=text(safetensors.torch.save(stored)),
                inputs=inputs, **answers)


def module_cases():
    deep = dict(num_layers=2, bidirectional=True)
    for k, cell in enumerate(["tanh", "relu", "gru", "lstm"]):
        yield module_case(700 + k, cell, cell)
        yield module_case(710 + k, cell + ", two layers", cell, num_layers=2)
        yield module_case(720 + k, cell + ", both directions", cell, bidirectional=True)
        yield module_case(730 + k, cell + ", two layers, both directions, no head", cell, head=False, **deep)
    yield module_case(740, "bare names", "gru", head=False, rename=lambda name: name.replace("rnn.", ""))
    yield module_case(741, "behind a prefix", "lstm", rename=lambda name: "model.encoder." + name)
    yield module_case(742, "a field of another name", "gru", head=False, rename=lambda name: name.replace("rnn.", "memory."))
    yield module_case(743, "without biases", "gru", bias=False)
    yield module_case(744, "half precision", "gru", dtype=torch.float16)
    yield module_case(745, "brain floats", "lstm", dtype=torch.bfloat16)
    yield module_case(746, "double precision", "tanh", dtype=torch.float64)


def files():
    yield "safetensors", dict(library=LIBRARY, good=list(good_files()), odd=[odd_file(*f) for f in odd_files()])
    yield "torch_files", dict(library=LIBRARY, cases=list(module_cases()))
