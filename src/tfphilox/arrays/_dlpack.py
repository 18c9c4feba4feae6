"""_dlpack.py: another library's CPU tensor as a writable ndarray on the same memory.

NumPy's own ``from_dlpack`` hands out read-only arrays for tensors of the protocol's
first version, which knows no such flag.  Only what ``out=`` needs is here.

A capsule is taken over as the protocol has it: it gets the name of a used one, so that nobody
else takes it, and the tensor is given back by its own deleter when the last array on its memory is
gone.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from .dtypes import as_dtype

_CPU = (1, 3)  # kDLCPU, kDLCUDAHost
_CODES = {0: "int", 1: "uint", 2: "float", 4: "bfloat"}
_READ_ONLY, _COPIED = 1, 2


class _Tensor(ctypes.Structure):
    """DLTensor (dmlc/dlpack, include/dlpack/dlpack.h)."""

    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]


class _Managed(ctypes.Structure):
    """DLManagedTensor, of the protocol's first version."""

    _fields_ = [
        ("tensor", _Tensor),
        ("manager_ctx", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
    ]


class _Versioned(ctypes.Structure):
    """DLManagedTensorVersioned."""

    _fields_ = [
        ("version", ctypes.c_uint32 * 2),
        ("manager_ctx", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
        ("flags", ctypes.c_uint64),
        ("tensor", _Tensor),
    ]


# How a capsule is called before and after it is taken; the names must outlive the capsules.
_KINDS: tuple[tuple[bytes, bytes, Any], ...] = (
    (b"dltensor_versioned", b"used_dltensor_versioned", _Versioned),
    (b"dltensor", b"used_dltensor", _Managed),
)
_NAMES = [ctypes.create_string_buffer(used) for _, used, _ in _KINDS]
_Deleter = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class _Taken:
    """A tensor that is ours until this object goes."""

    def __init__(self, capsule: Any, owner: Any) -> None:
        api = ctypes.pythonapi
        capsule_object, name = ctypes.py_object, ctypes.c_char_p
        api.PyCapsule_IsValid.argtypes = api.PyCapsule_GetPointer.argtypes = [capsule_object, name]
        api.PyCapsule_SetName.argtypes = [capsule_object, ctypes.c_void_p]
        api.PyCapsule_GetPointer.restype = ctypes.c_void_p
        self._owner = owner  # for exporters whose capsule does not keep its tensor alive
        self.managed: Any = None
        for (fresh, _, layout), used in zip(_KINDS, _NAMES, strict=True):
            if api.PyCapsule_IsValid(capsule, fresh):
                managed = layout.from_address(api.PyCapsule_GetPointer(capsule, fresh))
                if layout is _Versioned and managed.version[0] != 1:
                    raise ValueError(
                        f"out: DLPack version 1 is understood, got {managed.version[0]}"
                    )
                api.PyCapsule_SetName(capsule, ctypes.addressof(used))
                self.managed = managed
                return
        raise TypeError(
            f"out: {type(owner).__name__}.__dlpack__ gave no DLPack tensor that is not in use"
        )

    def __del__(self) -> None:
        managed = getattr(self, "managed", None)
        if managed is not None and managed.deleter:
            self.managed = None
            _Deleter(managed.deleter)(ctypes.addressof(managed))


def as_array(tensor: Any) -> np.ndarray[Any, np.dtype[Any]]:
    """Return an ndarray on `tensor`'s memory, which lives as long as the array does.

    Raises
    ------
    TypeError, ValueError
        Not on the CPU, read-only, a copy, not C-contiguous, or of a dtype that no NumPy dtype
        here matches.
    """
    if hasattr(tensor, "__dlpack_device__"):
        _check_device(tensor.__dlpack_device__()[0])
    try:
        capsule = tensor.__dlpack__(max_version=(1, 0))
    except TypeError:
        capsule = _first_version(tensor)
    except BufferError as error:
        raise ValueError(f"out: {type(tensor).__name__} gives no tensor: {error}") from error
    taken = _Taken(capsule, tensor)
    flags = getattr(taken.managed, "flags", 0)
    if flags & _READ_ONLY:
        raise ValueError("out must be writable, got a read-only tensor")
    if flags & _COPIED:
        raise ValueError("out must be the tensor's own memory, got a copy of it")
    view = taken.managed.tensor
    _check_device(view.device_type)
    if view.code not in _CODES or view.lanes != 1:
        raise TypeError(f"out: no NumPy dtype for a tensor of code {view.code}, {view.bits} bits")
    dtype = as_dtype(f"{_CODES[view.code]}{view.bits}")
    if not 0 <= view.ndim <= 64:
        raise ValueError(f"out must have at most 64 dimensions, got {view.ndim}")
    shape = tuple(view.shape[i] for i in range(view.ndim))
    if any(dim < 0 for dim in shape):
        raise ValueError(f"out must not have a negative dimension, got {shape}")
    if 0 in shape:
        return np.empty(shape, dtype)
    size = 1  # in elements
    for i in reversed(range(view.ndim)):
        if view.strides and shape[i] != 1 and view.strides[i] != size:
            strides = tuple(view.strides[i] for i in range(view.ndim))
            raise ValueError(
                f"out must be C-contiguous, got a tensor of shape {shape} and strides {strides}"
            )
        size *= shape[i]
    if not view.data or size * dtype.itemsize >= 2**63:
        raise ValueError(f"out: a tensor of shape {shape} has no memory at {view.data}")
    memory = (ctypes.c_char * (size * dtype.itemsize)).from_address(view.data + view.byte_offset)
    memory._taken = taken  # type: ignore[attr-defined]  # the array's base keeps the tensor
    return np.ndarray(shape, dtype, memory)  # type: ignore[arg-type]


def _first_version(tensor: Any) -> Any:
    try:
        return tensor.__dlpack__()
    except BufferError as error:
        raise ValueError(f"out: {type(tensor).__name__} gives no tensor: {error}") from error


def _check_device(device: int) -> None:
    if device not in _CPU:
        raise TypeError(f"out must be in CPU memory, got a tensor on device {device}")
