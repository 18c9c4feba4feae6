"""test_buffers.py: `out=` and other people's memory: it lives as long as the fill, or is refused.

Fills are large enough to be shared by threads and to let other threads of Python's run.
"""

import ctypes
import gc
import mmap
import subprocess
import sys
import threading

import numpy as np
import pytest

from tfphilox import Stream

SIZE = 1 << 18


class Exporter:
    """A tensor that makes its memory when it is asked for it, and keeps none of it."""

    def __init__(self, make=lambda: np.zeros(SIZE, np.float32), device=(1, 0)):
        self.make, self.device = make, device

    def __dlpack_device__(self):
        return self.device

    def __dlpack__(self, **options):
        return self.make().__dlpack__(**options)


class Same(Exporter):
    """An exporter that hands out one capsule again and again."""

    def __init__(self, capsule):
        self.capsule, self.device = capsule, (1, 0)

    def __dlpack__(self, **options):
        return self.capsule


def changed(array, **fields):
    """A capsule of `array` whose DLTensor has other fields, and what keeps it alive."""
    from tfphilox.arrays import _dlpack

    capsule = array.__dlpack__(max_version=(1, 0))
    api = ctypes.pythonapi
    api.PyCapsule_GetPointer.restype = ctypes.c_void_p
    api.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    managed = _dlpack._Versioned.from_address(
        api.PyCapsule_GetPointer(capsule, b"dltensor_versioned")
    )
    for name, value in fields.items():
        if name == "flags":
            managed.flags = value
        elif name == "version":
            managed.version[0] = value
        elif name in ("shape", "strides"):
            for i, number in enumerate(value):
                getattr(managed.tensor, name)[i] = number
        else:
            setattr(managed.tensor, name, value)
    return capsule


def versioned():
    """Whether this NumPy makes tensors of DLPack 1.0."""
    try:
        np.zeros(1).__dlpack__(max_version=(1, 0))
    except TypeError:
        return False
    return True


def test_memory_of_a_capsule_that_nobody_keeps():
    """In a process of its own: a mistake here is a crash."""
    program = """if True:
        import numpy as np
        from tfphilox import Stream
        class Exporter:
            def __dlpack_device__(self): return (1, 0)
            def __dlpack__(self, **options):
                return np.zeros(1 << 18, np.float32).__dlpack__(**options)
        for threads in 1, 4, None:
            for _ in range(20):
                Stream(1, 2).uniform((1 << 18,), out=Exporter(), threads=threads)
                Stream(1, 2).normal((1 << 18,), 0, np.ones(1, "f"), out=Exporter())
        print("done")
    """
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def test_tensor_is_given_back_after_the_fill():
    """Its memory is there until the result is written, and not for ever."""
    memory = np.zeros(SIZE, np.float32)
    before = sys.getrefcount(memory)
    for _ in range(3):
        Stream(1, 2).uniform((SIZE,), out=Exporter(lambda: memory))
    gc.collect()
    assert sys.getrefcount(memory) == before
    assert (memory == Stream(1, 2).uniform((SIZE,))).all()


def test_a_capsule_is_taken_once():
    """Whoever kept the capsule can neither read it again nor free it under the fill."""
    memory = np.zeros(SIZE, np.float32)
    same = Same(memory.__dlpack__())
    Stream(1, 2).uniform((SIZE,), out=same)
    with pytest.raises(TypeError, match="not in use"):
        Stream(1, 2).uniform((SIZE,), out=same)
    with pytest.raises(TypeError, match="gave no DLPack tensor"):
        Stream(1, 2).uniform((SIZE,), out=Same("no capsule"))


REFUSED = {
    "device": (dict(device_type=2), TypeError, "CPU memory"),
    "version": (dict(version=2), ValueError, "DLPack version 1"),
    "read-only": (dict(flags=1), ValueError, "writable"),
    "copy": (dict(flags=2), ValueError, "a copy of it"),
    "column by column": (dict(strides=(1, 6)), ValueError, "C-contiguous"),
    "every other": (dict(strides=(16, 2)), ValueError, "C-contiguous"),
    "backwards": (dict(strides=(8, -1)), ValueError, "C-contiguous"),
    "one for all": (dict(strides=(0, 0)), ValueError, "C-contiguous"),
    "negative dimension": (dict(shape=(-6, 8)), ValueError, "negative"),
    "too large": (dict(shape=(2**61, 2**61)), ValueError, "C-contiguous"),
    "no memory": (dict(data=None), ValueError, "no memory"),
    "unaligned": (dict(byte_offset=1), ValueError, "aligned"),
    "vectors": (dict(lanes=2), TypeError, "no NumPy dtype"),
    "complex": (dict(code=5), TypeError, "no NumPy dtype"),
    "dimensions": (dict(ndim=65), ValueError, "64 dimensions"),
    "other dtype": (dict(bits=64), TypeError, "dtype float32"),
}


@pytest.mark.skipif(not versioned(), reason="this NumPy makes no tensors of DLPack 1.0")
@pytest.mark.parametrize("name", REFUSED)
def test_refused_tensors(name):
    fields, kind, message = REFUSED[name]
    stream = Stream(1, 2)
    memory = np.zeros((7, 8), np.float32)
    capsule = changed(memory[:6], **fields)
    with pytest.raises(kind, match=message):
        stream.uniform((6, 8), out=Same(capsule))
    assert stream.position == 0
    assert not memory.any()


@pytest.mark.skipif(not versioned(), reason="this NumPy makes no tensors of DLPack 1.0")
def test_byte_offset():
    memory = np.zeros((7, 8), np.float32)
    Stream(1, 2).uniform((6, 8), out=Same(changed(memory[:6], byte_offset=32)))
    assert not memory[0].any()
    assert (memory[1:] == Stream(1, 2).uniform((6, 8))).all()


def test_device_is_asked_for_first():
    def never():
        raise AssertionError("the tensor is asked for")

    with pytest.raises(TypeError, match="CPU memory, got a tensor on device 2"):
        Stream(1, 2).uniform((4,), out=Exporter(never, (2, 0)))


def test_exporter_that_refuses():
    def refuse():
        raise BufferError("not now")

    with pytest.raises(ValueError, match="Exporter gives no tensor: not now"):
        Stream(1, 2).uniform((4,), out=Exporter(refuse))


@pytest.mark.parametrize(
    "shape", [(3.0,), (True,), (np.float32(3),), (np.float64(3),), 3.0, ("3",), (3 + 0j,)]
)
@pytest.mark.parametrize("out", [np.empty(3, "f4"), np.empty(1, "f4"), bytearray(12)])
def test_shapes_are_checked_with_out(shape, out):
    """What is no shape without `out` is none with it."""
    stream = Stream(1, 2)
    for given in ({}, {"out": out}):
        with pytest.raises(TypeError, match="shape must be"):
            stream.uniform(shape, **given)
    assert stream.position == 0


def test_huge_shape_with_bytes():
    with pytest.raises(ValueError, match=r"out must have 18446744073709551616 bytes"):
        Stream(1, 2).uniform((2**62,), out=bytearray(16))


def resize(memory, view):
    memory.extend(b"more")


def close(memory, view):
    memory.close()


def release(memory, view):
    view.release()


ATTACKS = {"resized": (bytearray, resize), "closed": (lambda n: mmap.mmap(-1, n), close)}
ATTACKS["released"] = bytearray, release


@pytest.mark.parametrize("name", ATTACKS)
def test_memory_taken_away_in_mid_fill(name):
    """The other thread gets an error, or the fill is finished all the same."""
    make, attack = ATTACKS[name]
    want = Stream(1, 2).normal((1 << 20,)).tobytes()
    for _ in range(10):
        memory = make(4 << 20)
        view = memoryview(memory)
        ended = threading.Event()
        refused = []

        def again(memory=memory, view=view, ended=ended, refused=refused):
            while not ended.is_set():
                try:
                    attack(memory, view)
                    return
                except BufferError as error:
                    refused.append(error)

        if name != "released":
            view.release()
        other = threading.Thread(target=again)
        other.start()
        try:
            Stream(1, 2).normal((1 << 20,), out=view if name == "released" else memory, threads=2)
        except (TypeError, ValueError):  # taken away before it began
            continue
        finally:
            ended.set()
            other.join()
        if name != "closed" or not memory.closed:
            assert bytes(memory[: 4 << 20]) == want
