# stream.arguments.pxi: what becomes of the arguments of `Stream`, a part of stream.pyx.
#
# They are read here as NumPy's users give them, and in C's types, for calls of a few numbers must
# be fast; those of TensorFlow's ops are read by arrays/arguments.py.

import math

import numpy as np

from .arrays import _dlpack
from .arrays.arguments import as_array, integer
from .arrays.conversion import as_parameter
from .arrays.dtypes import as_dtype
from .arrays.wording import brief, max_dims, no_memory, too_many_dimensions, too_many_elements

cimport numpy as cnp
from libc.stdint cimport uint64_t

cdef object _FLOAT32 = np.dtype(np.float32)
cdef object _FLOAT64 = np.dtype(np.float64)
cdef object _2_31 = 1 << 31
cdef object _2_63 = 1 << 63
cdef object _2_64 = 1 << 64
cdef object _2_128 = 1 << 128
cdef object _FLOATS = ("float16", "bfloat16", "float32", "float64")
cdef object _INTEGERS = ("int32", "int64", "uint32", "uint64")


def _integer(name, value, limit):
    """value as an integer in [-limit / 2, limit), modulo limit."""
    if type(value) is int and 0 <= value < limit:
        return value
    value = integer(name, value)
    if not -limit // 2 <= value < limit:
        raise ValueError(
            f"{name} must fit {limit.bit_length() - 1} bits, signed or unsigned, got {brief(value)}"
        )
    return value % limit


def _halves(name, value, int number):
    """A key (number=1) or counter (number=2): one integer, or that many 64-bit ones, low first."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if hasattr(value, "__index__") and not isinstance(value, np.ndarray):
        return _integer(name, value, _2_64 if number == 1 else _2_128)
    try:
        parts = list(value[:3] if isinstance(value, range) else value)
    except TypeError:
        raise TypeError(
            f"{name} must be an integer or {number} 64-bit integers, got {brief(value)}"
        ) from None
    if len(parts) != number:
        raise ValueError(f"{name} must be an integer or {number} 64-bit integers, got {brief(value)}")
    return sum(_integer(name, part, _2_64) << (64 * i) for i, part in enumerate(parts))


cdef int _thread_count(threads) except -1:
    if threads is None:
        return 0
    number = integer("threads", threads, "an integer or None")
    if number < 1:
        raise ValueError(f"threads must be at least 1, got {brief(number)}")
    return min(number, 256)


cdef uint64_t _first(start) except? 0:
    """The first element of a slice."""
    number = integer("start", start, "an integer or None")
    if not 0 <= number < _2_63:
        raise ValueError(f"start must be in [0, 2**63), got {brief(number)}")
    return number


cdef _float_dtype(dtype):
    if dtype == "float32":
        return _FLOAT32
    if dtype is float:  # here as in NumPy; to TensorFlow it is float32
        return _FLOAT64
    found = as_dtype(dtype, _FLOATS)
    if found.kind in "iu":  # NumPy's name of a dtype takes microseconds: only for the message
        raise TypeError(f"dtype must be one of {', '.join(_FLOATS)}, got {found.name}")
    return found


cdef _operand(name, value, dtype):
    """A scaling parameter as an array of dtype."""
    array = as_array(name, value)
    if array.dtype.kind not in "iuf" and array.dtype.name != "bfloat16":
        raise TypeError(f"{name} must be a real number or an array of them, got {brief(value)}")
    return as_parameter(name, value, dtype)


cdef bint _is_plain(value):
    return type(value) is float or (type(value) is int and -_2_63 <= value <= _2_63)


cdef _bound(name, value, dtype):
    if type(value) is not int:
        if isinstance(value, np.ndarray) and value.ndim == 0:
            value = value[()]
        value = integer(f"integers: {name}", value)
    limit = _2_31 if dtype.itemsize == 4 else _2_63
    if not -limit <= value < limit:
        raise ValueError(f"integers: {name} must be a number of {dtype.name}, got {brief(value)}")
    return value


cdef tuple _dimensions(shape):
    """A shape as a tuple of Python ints whose product fits 63 bits."""
    if isinstance(shape, np.ndarray):
        if shape.dtype.kind not in "iu" and shape.size:
            raise TypeError(f"shape must be integers, got an array of {shape.dtype}")
        if shape.ndim > 1:
            raise ValueError(f"shape must be one-dimensional, got {shape.ndim} dimensions")
        shape = shape.tolist()
    if not isinstance(shape, (tuple, list)):
        if hasattr(shape, "__index__"):
            shape = (shape,)
        else:
            try:
                shape = shape[:257] if isinstance(shape, range) else shape  # the rest is too many
                shape = tuple(shape)
            except TypeError:
                first = ": it is the first argument here, NumPy's last" * isinstance(shape, float)
                raise TypeError(
                    f"shape must be an integer or a sequence of integers, got {brief(shape)}{first}"
                ) from None
    dims = []
    product = 1
    if len(shape) > max_dims():
        raise too_many_dimensions(len(shape))
    for dim in shape:
        if type(dim) is not int:
            dim = integer("shape", dim, "integers", shape)
        if dim < 0:
            raise ValueError(f"shape must not be negative, got {brief(shape)}")
        dims.append(dim)
        if dim:
            product *= dim
    if product >= 1 << 63:
        raise too_many_elements(shape)
    return tuple(dims)


cdef cnp.ndarray _new_array(shape, dtype):
    cdef cnp.npy_intp one
    if type(shape) is tuple and len(shape) == 1 and type(shape[0]) is int:
        if 0 <= shape[0] < 1 << 40:
            one = shape[0]
            return cnp.PyArray_EMPTY(1, &one, (<cnp.dtype>dtype).type_num, 0)
    dims = _dimensions(shape)
    try:
        return np.empty(dims, dtype)
    except (MemoryError, ValueError, OverflowError) as error:  # NumPy's word for 2**63 bytes and more
        raise no_memory(dims, dtype) from error


cdef cnp.ndarray _checked_out(out, shape, dtype):
    """The array that shares `out`'s memory."""
    cdef cnp.ndarray array
    if type(out) is np.ndarray or isinstance(out, np.ndarray):
        array = out
    else:
        array = _as_array(out)
        if array.dtype.itemsize == 1 and array.ndim == 1 and dtype.itemsize > 1:
            array = _typed(array, _dimensions(shape), dtype)
    found = array.descr
    if found is not dtype and (found != dtype or not found.isnative):
        raise TypeError(f"out must be of dtype {dtype.name} in native order, got {brief(found)}")
    if not (
        type(shape) is tuple
        and cnp.PyArray_NDIM(array) == 1
        and len(shape) == 1
        and type(shape[0]) is int
        and shape[0] == cnp.PyArray_DIM(array, 0)
    ):
        dims = _dimensions(shape)
        if dims != (<object>array).shape:
            raise ValueError(f"out must have shape {dims}, got {(<object>array).shape}")
    if not cnp.PyArray_ISCARRAY(array):
        raise ValueError(
            f"out must be writable, aligned and C-contiguous, got flags.writeable="
            f"{array.flags.writeable}, flags.aligned={array.flags.aligned}, "
            f"flags.c_contiguous={array.flags.c_contiguous}"
        )
    return array


cdef _as_array(out):
    try:
        return np.asarray(memoryview(out))
    except (TypeError, ValueError, BufferError):
        pass
    if hasattr(out, "__dlpack__"):
        return _dlpack.as_array(out)
    raise TypeError(
        f"out must be a writable buffer (an array, array.array, memory map, shared memory or "
        f"CPU tensor), got {type(out).__name__}"
    )


cdef _typed(array, dims, dtype):
    """Plain bytes as an array: shared memory, mmap, bytearray."""
    need = dtype.itemsize * math.prod(dims)
    if array.size != need:
        raise ValueError(
            f"out must have {need} bytes for shape {dims} of {dtype.name}, got {array.size}"
        )
    return array.view(dtype).reshape(dims) if need else _new_array(dims, dtype)
