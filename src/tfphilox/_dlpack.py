"""_dlpack: another library's CPU tensor as a writable ndarray on the same memory.

NumPy's own ``from_dlpack`` hands out read-only arrays for tensors of the protocol's
first version, which knows no such flag.  Only what ``out=`` needs is here.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from .dtypes import as_dtype

_CPU = (1, 3)  # kDLCPU, kDLCUDAHost
_CODES = {0: "int", 1: "uint", 2: "float", 4: "bfloat"}
_READ_ONLY = 1


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


class _Versioned(ctypes.Structure):
    """DLManagedTensorVersioned."""

    _fields_ = [
        ("version", ctypes.c_uint32 * 2),
        ("manager_ctx", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
        ("flags", ctypes.c_uint64),
        ("tensor", _Tensor),
    ]


def _pointer(capsule: Any, name: bytes) -> int | None:
    api = ctypes.pythonapi
    api.PyCapsule_IsValid.argtypes = api.PyCapsule_GetPointer.argtypes = [
        ctypes.py_object,
        ctypes.c_char_p,
    ]
    api.PyCapsule_GetPointer.restype = ctypes.c_void_p
    if not api.PyCapsule_IsValid(capsule, name):
        return None
    return api.PyCapsule_GetPointer(capsule, name)  # type: ignore[no-any-return]


def as_array(tensor: Any) -> np.ndarray[Any, np.dtype[Any]]:
    """Return an ndarray on `tensor`'s memory; the caller keeps `tensor` alive meanwhile.

    Raises
    ------
    TypeError, ValueError
        Not on the CPU, read-only, or of a dtype that no NumPy dtype here matches.
    """
    try:
        capsule = tensor.__dlpack__(max_version=(1, 0))
    except TypeError:
        capsule = tensor.__dlpack__()
    pointer = _pointer(capsule, b"dltensor_versioned")
    if pointer is not None:
        managed = _Versioned.from_address(pointer)
        if managed.flags & _READ_ONLY:
            raise ValueError("out must be writable, got a read-only tensor")
        view = managed.tensor
    else:
        pointer = _pointer(capsule, b"dltensor")
        if pointer is None:
            raise TypeError(f"out: {type(tensor).__name__}.__dlpack__ gave no DLPack tensor")
        view = _Tensor.from_address(pointer)
    if view.device_type not in _CPU:
        raise TypeError(f"out must be in CPU memory, got a tensor on device {view.device_type}")
    if view.code not in _CODES or view.lanes != 1:
        raise TypeError(f"out: no NumPy dtype for a tensor of code {view.code}, {view.bits} bits")
    dtype = as_dtype(f"{_CODES[view.code]}{view.bits}")
    shape = tuple(view.shape[i] for i in range(view.ndim))
    strides = None
    if view.strides:
        strides = tuple(view.strides[i] * dtype.itemsize for i in range(view.ndim))
    if 0 in shape:
        return np.empty(shape, dtype)
    span = 1 + sum((n - 1) * s for n, s in zip(shape, strides or (), strict=False))
    size = int(np.prod(shape)) * dtype.itemsize if strides is None else span + dtype.itemsize - 1
    memory = (ctypes.c_char * size).from_address(view.data + view.byte_offset)
    return np.ndarray(shape, dtype, memory, strides=strides)  # type: ignore[arg-type]
