"""test_hostile_files.py: files that lie, expand, never end or are nested without a bottom."""

import contextlib
import io
import json
import os
import pickle
import struct
import zipfile

import numpy as np
import pytest

from tfphilox.golden.diff import diff, load
from tfphilox.golden.errors import GoldenError
from tfphilox.golden.formats import readers
from tfphilox.keras import initial_weights
from tfphilox.keras.weights_cli import _named

BOMB = 1 << 29  # bytes, of zeros


def npy(array):
    file = io.BytesIO()
    np.lib.format.write_array(file, array)
    return file.getvalue()


def header(shape, dtype="<f4"):
    file = io.BytesIO()
    fields = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, fields)
    return file.getvalue()


def archive(path, *members, kind=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", kind) as file, pytest.MonkeyPatch.context() as patch:
        patch.setattr("warnings.warn", lambda *_, **__: None)  # of names that are there already
        for name, content in members:
            file.writestr(name, content)
    return path


def bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for i in range(2):
            with file.open(f"x{i}.npy", "w") as member:
                member.write(header((BOMB // 8,)))
                for _ in range(BOMB // 2 >> 20):
                    member.write(bytes(1 << 20))
    return path


def test_no_more_is_unpacked_than_fits(tmp_path, monkeypatch):
    """The archive's own sizes are not believed: a read is told where to stop."""
    asked = []
    read = zipfile.ZipExtFile.read
    monkeypatch.setattr(readers, "_MOST_UNPACKED", 1000)
    monkeypatch.setattr(
        zipfile.ZipExtFile, "read", lambda self, n=-1: (asked.append(n), read(self, n))[1]
    )
    made = archive(tmp_path / "a.npz", *((f"{i}.npy", npy(np.zeros(50, "f4"))) for i in range(4)))
    with pytest.raises(GoldenError, match="packed arrays have more than 1000 bytes"):
        readers.read(made)
    assert asked
    assert all(0 < number <= 1001 for number in asked)


class Evil:
    def __reduce__(self):
        return os.mkdir, ("it-was-run",)


PICKLED = np.empty(1, object)
PICKLED[0] = Evil()


def pickled():
    file = io.BytesIO()
    np.lib.format.write_array(file, PICKLED, allow_pickle=True)
    return file.getvalue()


STORED = zipfile.ZIP_STORED
NPZ = {
    "bomb": (bomb, "packed arrays have more than 268435456 bytes"),
    "pickle": (lambda p: archive(p, ("x.npy", pickled())), "Python objects"),
    "pickle, not packed": (
        lambda p: archive(p, ("x.npy", pickled()), kind=STORED), "Python objects"
    ),
    "only a pickle": (lambda p: archive(p, ("x.npy", pickle.dumps(Evil()))), "is no npz"),
    "shape of more": (
        lambda p: archive(p, ("x.npy", header((2**40,)) + bytes(400))), "not the bytes"
    ),
    "shape of less": (lambda p: archive(p, ("x.npy", header((9,)) + bytes(400))), "not the bytes"),
    "negative": (lambda p: archive(p, ("x.npy", header((-1, -100)) + bytes(400))), "negative"),
    "shape of more, not packed": (
        lambda p: archive(p, ("x.npy", header((2**40,)) + bytes(400)), kind=STORED), "is no npz"
    ),
    "twice": (
        lambda p: archive(p, ("x.npy", npy(np.zeros(2))), ("x.npy", npy(np.ones(2)))), "two members"
    ),
    "many": (
        lambda p: archive(p, *((f"{i}.npy", b"") for i in range(70_000)), kind=STORED),
        "more than 65536 members",
    ),
    "empty": (lambda p: (p.write_bytes(b""), p)[1], "is no npz"),
    "text": (lambda p: (p.write_text("hello"), p)[1], "is no npz"),
}  # fmt: skip


@pytest.mark.parametrize("name", NPZ)
def test_npz(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make, message = NPZ[name]
    path = make(tmp_path / "x.npz")
    with pytest.raises(GoldenError, match=message):
        load(path)
    with pytest.raises(GoldenError):
        diff(path, path)
    assert [each.name for each in tmp_path.iterdir()] == ["x.npz"]


def test_npz_cut_off_anywhere(tmp_path):
    whole = archive(tmp_path / "x.npz", ("x.npy", npy(np.arange(50)))).read_bytes()
    for size in range(len(whole)):
        path = tmp_path / "cut.npz"
        path.write_bytes(whole[:size])
        with pytest.raises(GoldenError, match="is no npz"):
            load(path)


def test_npz_that_is_right(tmp_path):
    arrays = [("a/b.npy", np.arange(6.0).reshape(2, 3)), ("../c.npy", np.asfortranarray(np.eye(3)))]
    for kind in (zipfile.ZIP_DEFLATED, STORED):
        members = [(name, npy(array)) for name, array in arrays]
        found = load(archive(tmp_path / "x.npz", *members, kind=kind))
        for name, array in arrays:
            assert (found[name[:-4]] == array).all()
        assert [each.name for each in tmp_path.iterdir()] == ["x.npz"]  # no path is followed


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
@pytest.mark.parametrize("name", ["x.npz", "x.npy", "x.json", "x.csv", "x.safetensors", "x.raw"])
def test_pipes(name, tmp_path):
    """Refused at once, not waited for."""
    os.mkfifo(tmp_path / name)
    with pytest.raises(GoldenError, match="is no plain file"):
        load(tmp_path / name, np.dtype("float32"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
@pytest.mark.parametrize("name", ["x.json", "x.keras"])
def test_pipes_for_models(name, tmp_path):
    os.mkfifo(tmp_path / name)
    with pytest.raises(ValueError, match="is no plain file"):
        initial_weights(str(tmp_path / name), seed=0)


def safetensors(entry, content=bytes(400)):
    text = json.dumps({"x": entry}).encode()
    return struct.pack("<Q", len(text)) + text + content


LIES = {
    "offsets": ({"dtype": "F32", "shape": [9], "data_offsets": [0, 400]}, "do not fit"),
    "beyond": ({"dtype": "F32", "shape": [900], "data_offsets": [0, 3600]}, "is no safetensors"),
    "before": ({"dtype": "F32", "shape": [9], "data_offsets": [-36, 0]}, "do not fit"),
    "backwards": ({"dtype": "F32", "shape": [-9], "data_offsets": [36, 0]}, "do not fit"),
    "negative": ({"dtype": "F32", "shape": [-3, -3], "data_offsets": [0, 36]}, "negative"),
    "dtype": ({"dtype": "os.system", "shape": [9], "data_offsets": [0, 36]}, "is no safetensors"),
    "list": ([], "is no safetensors"),
    "deep": ({"dtype": "F32", "shape": [9], "data_offsets": "x"}, "is no safetensors"),
}


@pytest.mark.parametrize("name", LIES)
def test_safetensors(name, tmp_path):
    entry, message = LIES[name]
    path = tmp_path / "x.safetensors"
    path.write_bytes(safetensors(entry))
    with pytest.raises(GoldenError, match=message):
        load(path)


@pytest.mark.parametrize("size", [0, 1, 2**27 + 1, 2**40, 2**63, 2**64 - 1])
def test_safetensors_header_lengths(size, tmp_path):
    path = tmp_path / "x.safetensors"
    path.write_bytes(struct.pack("<Q", size) + b"{" * 100)
    with pytest.raises(GoldenError):
        load(path)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"arrays":' * 20_000, '{"arrays": {"x": {"bits": 5}}}', "nul", ""]
)
def test_json(text, tmp_path):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(GoldenError, match="is no json"):
        load(path)


# ---- models ------------------------------------------------------------------------------------


def nested(depth):
    layers = [
        {"class_name": "InputLayer", "config": {"batch_shape": [None, 3], "name": "x"}},
        {"class_name": "Dense", "config": {"units": 1, "name": "dense"}},
    ]
    model = {"class_name": "Sequential", "config": {"name": "m", "layers": layers}}
    for i in range(depth):
        layers = [layers[0], model]
        model = {"class_name": "Sequential", "config": {"name": f"m{i}", "layers": layers}}
    return model


@pytest.mark.parametrize("depth", [250, 1000, 10_000])
def test_models_nested_too_deep(depth):
    with pytest.raises(ValueError, match="nested too deep"):
        initial_weights(nested(depth), seed=0)


def test_json_nested_too_deep(tmp_path):
    path = tmp_path / "x.json"
    path.write_text('{"class_name": "Sequential", "config": ' * 100_000)
    with pytest.raises(ValueError, match=r"nested too deep|is not valid JSON"):
        initial_weights(str(path), seed=0)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([("config.json", "{}"), ("config.json", "{}")], "config.json twice"),
        ([("../config.json", "{}")], "leads out of it"),
        ([("/config.json", "{}")], "leads out of it"),
        ([("model.json", "{}")], "holds no config.json"),
        ([("config.json", bytes((1 << 28) + 1))], "larger than"),
        ([("config.json", b"\xff\xfe")], "codec"),
    ],
)
def test_keras_archives(members, message, tmp_path):
    path = archive(tmp_path / "x.keras", *members)
    with pytest.raises(ValueError, match=message):
        initial_weights(str(path), seed=0)


def keras_member(name, content, mode=0o100644):
    member = zipfile.ZipInfo(name)
    member.create_system, member.external_attr = 3, mode << 16
    return member, content


MODEL = json.dumps(nested(0))


@pytest.mark.parametrize("mode", [0o120777, 0o010644, 0o060644, 0o040755])
def test_keras_archives_with_a_link_or_a_pipe(mode, tmp_path):
    """None is made or followed, and what should be the model is refused."""
    path = archive(tmp_path / "x.keras", keras_member("config.json", "/etc/passwd", mode))
    with pytest.raises(ValueError, match=r"config\.json is no plain file"):
        initial_weights(str(path), seed=0)
    beside = keras_member("assets", "/etc/passwd", mode), keras_member("config.json", MODEL)
    archive(path, *beside)
    assert len(initial_weights(str(path), seed=0)) == 2
    assert [each.name for each in tmp_path.iterdir()] == ["x.keras"]


def test_keras_archives_of_many_members(tmp_path):
    members = [(str(i), b"") for i in range(65_535)]
    path = archive(tmp_path / "x.keras", *members, ("config.json", MODEL), kind=STORED)
    assert len(initial_weights(str(path), seed=0)) == 2
    path = archive(tmp_path / "x.keras", *members, ("config.json", MODEL), ("x", b""), kind=STORED)
    with pytest.raises(ValueError, match="more than 65536 members"):
        initial_weights(str(path), seed=0)


def directory(number, said=None, size=None, zip64=False, comment=b""):
    """A zip file of nothing but a directory, with what its record says."""
    entry = b"PK\x01\x02" + struct.pack("<4B4HL2L5H2L", *[0] * 11, 1, *[0] * 6) + b"x"
    whole = entry * number
    said, size = number if said is None else said, len(whole) if size is None else size
    if zip64:
        end = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, said, said, size, 0)
        whole += end + struct.pack("<4sLQL", b"PK\x06\x07", 0, len(whole), 1)
        said = size = 0xFFFF
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, said, said, size, 0, len(comment))
    return whole + tail + comment


MANY = dict(number=10**6, zip64=True)
LYING = {
    "a million": (MANY, "more than 65536 members"),
    "a million, said to be one": ({**MANY, "said": 1}, "directory has 47000000"),
    "300,000, said to be one": (
        {**MANY, "number": 300_000, "said": 1},
        "more than 65536 members",
    ),
    "one, said to be a million": (
        {**MANY, "number": 1, "said": 10**6},
        "more than 65536 members",
    ),
    "three, said to be two": (dict(number=3, said=2), "says that it has 2 members, and has 3"),
    "two, said to be three": (dict(number=2, said=3), "says that it has 3 members, and has 2"),
    "a comment": (dict(number=3, said=2, comment=b"PK"), "says that it has 2 members, and has 3"),
    "a size that is none": (dict(number=3, size=10**6), "does not lie in it"),
    "half an entry": (dict(number=3, size=70), "damaged"),
    "a huge size": (dict(number=3, size=2**63, zip64=True), "does not lie in it"),
}


@pytest.mark.parametrize("name", LYING)
@pytest.mark.parametrize("suffix", ["keras", "npz"])
def test_archives_are_counted_before_they_are_opened(name, suffix, tmp_path, monkeypatch):
    arguments, message = LYING[name]
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(directory(**arguments))
    monkeypatch.setattr(zipfile.ZipFile, "__init__", None)
    with pytest.raises((ValueError, GoldenError), match=message):
        initial_weights(str(path), seed=0) if suffix == "keras" else readers.read(path)


def test_archives_with_comments(tmp_path):
    path = archive(tmp_path / "x.keras", ("config.json", MODEL))
    for comment in (b"x", b"PK\x05\x06" * 3, bytes(65_535)):
        with zipfile.ZipFile(path, "a") as file:
            file.comment = comment
        if b"PK" in comment:  # zipfile itself takes a record in a comment for the last one
            with pytest.raises(ValueError, match=r"not a \.keras file"):
                initial_weights(str(path), seed=0)
        else:
            assert len(initial_weights(str(path), seed=0)) == 2
        path = archive(tmp_path / "x.keras", ("config.json", MODEL))


@pytest.mark.parametrize("size", [0, 7, 2**32 - 2])
def test_keras_archives_that_lie_about_sizes(size, tmp_path):
    """No more is unpacked than is said, and that is not the model."""
    path = archive(tmp_path / "x.keras", ("config.json", MODEL + " " * (1 << 24)))
    content = bytearray(path.read_bytes())
    for place in (22, content.rfind(b"PK\x01\x02") + 24):
        struct.pack_into("<I", content, place, size)
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"not a \.keras file|larger than|not valid JSON"):
        initial_weights(str(path), seed=0)


def test_keras_archives_cut_off_and_changed(tmp_path):
    whole = archive(tmp_path / "x.keras", ("config.json", json.dumps(nested(2)))).read_bytes()
    path = tmp_path / "y.keras"
    for i in range(len(whole)):
        path.write_bytes(whole[:i])
        with pytest.raises(ValueError, match=r"not a \.keras file"):
            initial_weights(str(path), seed=0)
        path.write_bytes(whole[:i] + bytes([whole[i] ^ 0x41]) + whole[i + 1 :])
        with contextlib.suppress(ValueError):
            initial_weights(str(path), seed=0)


def test_equal_names_take_linear_time():
    """Two hundred thousand would take hours if each went through all before it."""

    class Weight:
        name = "dense/kernel"
        value = np.zeros(1)

    arrays = _named([Weight] * 200_000)
    assert list(arrays)[:3] == ["dense/kernel", "dense/kernel#1", "dense/kernel#2"]
    assert len(arrays) == 200_000
    assert list(arrays)[-1] == "dense/kernel#199999"
