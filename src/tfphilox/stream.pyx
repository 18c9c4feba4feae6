# cython: language_level=3, boundscheck=False, wraparound=False, embedsignature=True
"""Stream: one TensorFlow op's stream of random numbers, as a NumPy user wants it.

A stream is a Philox key and a 128-bit counter.  Each draw takes its numbers from the
counter on and then moves it by what TensorFlow's op would reserve, so the second call
gives what the op's second run would.  A draw that fails moves nothing.
"""

import numpy as np

from . import samples
from .arrays.arithmetic import broadcast_op, broadcast_shape
from .arrays.dtypes import as_dtype
from .arrays.wording import brief

cimport numpy as cnp
from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int64_t, uint64_t

from tfphilox._c cimport _core, _locks, _undo
from tfphilox._c._core cimport (
    TFPHILOX_INTEGERS,
    TFPHILOX_NORMAL,
    TFPHILOX_TRUNCATED_NORMAL,
    TFPHILOX_UINT32,
    TFPHILOX_UNIFORM,
    TFPHILOX_WORDS,
    tfphilox_dtype,
    tfphilox_fill_spec,
    tfphilox_fill_spec_of,
    tfphilox_kind,
)

cnp.import_array()


include "stream.arguments.pxi"

cdef object _UINT32 = np.dtype(np.uint32)
cdef object _NONE = object()  # an argument that was not given

cdef enum: BRIEF = 1 << 12  # elements: a fill so short that no signal need be waited for


cdef class Stream:
    """Draw the numbers of one TensorFlow op with attributes `seed` and `seed2`.

    Parameters
    ----------
    graph_seed, op_seed : int
        The op's attributes ``seed`` and ``seed2`` as they are, any 64-bit integers, signed
        or unsigned: what ``tfphilox.compat.v1.random.get_seed`` returns.

    Raises
    ------
    TypeError
        A seed is not an integer.
    ValueError
        A seed needs more than 64 bits, or both are 0: that pair means "no seed" to
        TensorFlow, which then takes one from the operating system.

    Notes
    -----
    *Stream.*  Philox4x32-10 with the graph seed as key, counters from ``op_seed << 64`` on
    (core/util/guarded_philox_random.cc, ``Init``).  Every method but `words` moves the
    position by 256 blocks of 128 bits for each element drawn, used or not, as TensorFlow's
    ops do.  float16, bfloat16, float32 and integers: the same bits on every platform.
    float64 normals: everywhere the bits that TensorFlow gives on a CPU with fused
    multiply-add and glibc 2.36 or newer.

    A stream may be shared between threads: each draw is made whole, none is lost or doubled.
    It can be pickled and copied; a copy goes on from the same position on its own.

    Examples
    --------
    >>> Stream(1, 2).uniform((4,))
    array([0.40639675, 0.8575996 , 0.05539584, 0.08587229], dtype=float32)
    >>> stream = Stream(1, 2)
    >>> stream.normal((2,)), stream.normal((2,))  # the op's first and second run
    (array([-1.0467793,  0.8397046], dtype=float32), array([-0.16402522, -0.9909105 ], dtype=float32))
    >>> stream.position
    1024
    """

    cdef uint64_t _key
    cdef uint64_t[2] _start
    cdef uint64_t[2] _counter
    cdef _locks.lock _lock

    def __cinit__(self):
        _locks.make(&self._lock)

    def __dealloc__(self):
        _locks.unmake(&self._lock)

    def __init__(self, graph_seed, op_seed=_NONE):
        if op_seed is _NONE:
            raise TypeError(
                f"Stream takes a graph seed and an op seed, got {brief(graph_seed)} alone: an op "
                "without a seed of its own has the next one of the process, which "
                f"tfphilox.random draws from after tfphilox.random.set_seed({brief(graph_seed)})"
            )
        key = _integer("graph_seed", graph_seed, _2_64)
        high = _integer("op_seed", op_seed, _2_64)
        if key == 0 and high == 0:
            raise ValueError(
                "graph_seed and op_seed are both 0, which TensorFlow takes for 'no seed' and "
                "replaces by a random one; give at least one that is not 0, or use "
                "Stream.from_key_counter(0, 0) for the stream of key 0"
            )
        self._set(key, high << 64)

    cdef _set(self, key, counter):
        self._key = key
        self._start[0] = self._counter[0] = counter & 0xFFFFFFFFFFFFFFFF
        self._start[1] = self._counter[1] = counter >> 64

    @classmethod
    def from_stateless_seed(cls, seed):
        """Make the stream that TensorFlow's stateless ops draw from for a seed pair.

        Parameters
        ----------
        seed : two int
            The `seed` argument of ``tf.random.stateless_*``: two 64-bit integers.

        Returns
        -------
        Stream
            At the start; its first draw is the stateless op's result.

        Raises
        ------
        TypeError, ValueError
            `seed` is not a pair of integers.

        References
        ----------
        core/kernels/stateless_random_ops.cc, ``GenerateKey``.

        Examples
        --------
        >>> Stream.from_stateless_seed([1, 2]).uniform((4,))
        array([0.8440604 , 0.19204533, 0.9962232 , 0.1603874 ], dtype=float32)
        """
        cdef Stream self = cls.__new__(cls)
        cdef int64_t[2] pair
        try:
            first, second = seed
        except TypeError:
            raise TypeError(f"seed must be a pair of integers, got {brief(seed)}") from None
        except ValueError:
            raise ValueError(f"seed must be a pair of integers, got {brief(seed)}") from None
        pair[0] = <int64_t><uint64_t>_integer("seed[0]", first, _2_64)
        pair[1] = <int64_t><uint64_t>_integer("seed[1]", second, _2_64)
        _core.scramble(pair, &self._key, self._start)
        self._counter[0] = self._start[0]
        self._counter[1] = self._start[1]
        return self

    @classmethod
    def from_key_counter(cls, key, counter):
        """Make the stream of a Philox key and counter, as TensorFlow's V2 raw ops take them.

        Parameters
        ----------
        key : int or uint64[1]
            64 bits.
        counter : int or uint64[2]
            128 bits; as two numbers, the low half first.

        Raises
        ------
        TypeError, ValueError
            Not integers, too large, or too many.

        Examples
        --------
        >>> Stream.from_key_counter([10413732777507651514], [0, 17830669156045600267]).words(2)
        array([1105988140, 1738052849], dtype=uint32)
        """
        cdef Stream self = cls.__new__(cls)
        self._set(_halves("key", key, 1), _halves("counter", counter, 2))
        return self

    # ---- for the door (streams.py), which has checked what it gives --------------------------

    @classmethod
    def _of_attributes(cls, int64_t seed, int64_t seed2):
        """The stream of a kernel; seed and seed2 are signed, and not both 0."""
        cdef Stream self = cls.__new__(cls)
        self._key = <uint64_t>seed
        self._start[0] = self._counter[0] = 0
        self._start[1] = self._counter[1] = <uint64_t>seed2
        return self

    @classmethod
    def _of_pair(cls, int64_t first, int64_t second):
        cdef Stream self = cls.__new__(cls)
        cdef int64_t[2] pair
        pair[0] = first
        pair[1] = second
        _core.scramble(pair, &self._key, self._start)
        self._counter[0] = self._start[0]
        self._counter[1] = self._start[1]
        return self

    @classmethod
    def _of_key_counter(cls, key, counter):
        cdef Stream self = cls.__new__(cls)
        self._set(key, counter)
        return self

    # ---- position --------------------------------------------------------------------------

    @property
    def key(self):
        """The Philox key, an integer of 64 bits."""
        return self._key

    @property
    def counter(self):
        """The counter of the next block, an integer of 128 bits: the start's plus `position`."""
        self._acquire()
        try:
            return self._counter[0] | (<object>self._counter[1]) << 64
        finally:
            self._release()

    @property
    def position(self):
        """Blocks of 128 bits from the stream's start to the next draw, 0 to 2**128 - 1.

        Every draw adds 256 for each element, `words` one for each four.  Setting it makes any
        part of the stream drawable alone.
        """
        return (self.counter - self._start_integer()) % _2_128

    @position.setter
    def position(self, blocks):
        blocks = integer("position", blocks)
        if not 0 <= blocks < _2_128:
            raise ValueError(f"position must be in [0, 2**128), got {brief(blocks)}")
        counter = (self._start_integer() + blocks) % _2_128
        self._acquire()
        self._counter[0] = counter & 0xFFFFFFFFFFFFFFFF
        self._counter[1] = counter >> 64
        self._release()

    cdef _start_integer(self):
        return self._start[0] | (<object>self._start[1]) << 64

    def skip(self, blocks):
        """Move the position on by `blocks` blocks of 128 bits, 0 to 2**128 - 1.

        256 blocks are one element's share: ``skip(256 * n)`` passes over a draw of n.

        Raises
        ------
        TypeError, ValueError
            Not an integer, or negative or too large.  (TensorFlow's ``Generator.skip(-1)``
            wraps; here it is an error.)

        Examples
        --------
        >>> stream = Stream(1, 2)
        >>> stream.skip(256 * 2)
        >>> stream.normal((2,))
        array([-0.16402522, -0.9909105 ], dtype=float32)
        """
        blocks = integer("blocks", blocks)
        if not 0 <= blocks < _2_128:
            raise ValueError(f"blocks must be in [0, 2**128), got {brief(blocks)}")
        self._acquire()
        _core.advance(self._counter, blocks & 0xFFFFFFFFFFFFFFFF, blocks >> 64)
        self._release()

    def __reduce__(self):
        return _restore, (type(self), self._key, self._start_integer(), self.counter)

    @property
    def state(self):
        """All there is to a stream, as a dict of integers: ``key``, ``start`` and ``position``.

        Setting it makes this stream the other one.

        Examples
        --------
        >>> stream = Stream(1, 2)
        >>> stream.state = {"key": 1, "start": 2 << 64, "position": 512}
        >>> stream.normal((2,))
        array([-0.16402522, -0.9909105 ], dtype=float32)
        """
        return {"key": self._key, "start": self._start_integer(), "position": self.position}

    @state.setter
    def state(self, value):
        if not isinstance(value, dict) or value.keys() != {"key", "start", "position"}:
            raise ValueError(f"state must be a dict of key, start and position, got {brief(value)}")
        cdef Stream other = Stream.from_key_counter(
            _integer("state: key", value["key"], _2_64),
            _integer("state: start", value["start"], _2_128),
        )
        other.position = value["position"]
        self._acquire()
        self._key = other._key
        self._start = other._start
        self._counter = other._counter
        self._release()

    def __eq__(self, other):
        """Whether the other is a stream of the same numbers that stands at the same place."""
        if not isinstance(other, Stream):
            return NotImplemented
        return self.state == other.state

    __hash__ = None

    def __repr__(self):
        low, high = self._start[0], self._start[1]
        if low:
            start = f"key={self._key:#x} start={self._start_integer():#x}"
        else:  # that of an op's attributes, which are signed
            start = f"graph_seed={<int64_t>self._key} op_seed={<int64_t>high}"
        return f"<{type(self).__name__} {start} position={self.position}>"

    # ---- the lock --------------------------------------------------------------------------

    cdef int _acquire(self) except -1:
        return _locks.acquire(&self._lock, "a draw from this stream")

    cdef void _release(self) noexcept:
        _locks.release(&self._lock)

    cdef void _note(self, uint64_t low, uint64_t high) noexcept:
        """Note that the counter was this before it moved to where it is; the lock is held."""
        cdef uint64_t[4] words
        words[0] = low
        words[1] = high
        words[2] = self._counter[0]
        words[3] = self._counter[1]
        _undo.note(_go_back, self, words)

    cdef void _set_back(self, const uint64_t *words) noexcept:
        cdef int held = _locks.take(&self._lock)
        if held == _locks.MINE:  # a signal's handler fails in the middle of a draw of its own
            return
        if self._counter[0] == words[2] and self._counter[1] == words[3]:
            self._counter[0] = words[0]
            self._counter[1] = words[1]
        if held == _locks.HELD:
            _locks.release(&self._lock)

    # ---- draws -----------------------------------------------------------------------------

    cdef tfphilox_fill_spec _spec(self, tfphilox_kind kind, int dtype) noexcept:
        """A fill that changes nothing of what it draws; `_fill` says from where on."""
        return tfphilox_fill_spec_of(kind, <tfphilox_dtype>dtype, self._key, self._counter)

    cdef _draw(self, tfphilox_fill_spec *spec, shape, dtype, out, threads, start):
        """Fill `out`, or a new array, from the counter on; then move it, unless `start` is given."""
        cdef cnp.ndarray array
        cdef int number = _thread_count(threads)
        cdef uint64_t first = 0 if start is None else _first(start)
        if out is None:
            array = _new_array(shape, dtype)
        else:
            array = _checked_out(out, shape, dtype)
        self._fill(spec, array, number, None, None, None, start is None, first)
        return array if out is None else out

    cdef int _fill(
        self, tfphilox_fill_spec *spec, cnp.ndarray array, int threads, mul, add, target,
        bint moves, uint64_t first
    ) except -1:
        """Fill `array` from element `first` on; `target` is array * mul + add, if there is one.

        The spec's key and counter are those of this call, once it has the lock.
        The position moves last of all, when nothing can fail any more: not for want of memory,
        and not by a signal's handler that raises.
        """
        cdef uint64_t count = <uint64_t>cnp.PyArray_SIZE(array)
        cdef bint noted
        self._acquire()
        try:
            spec.key = self._key
            spec.counter[0] = self._counter[0]
            spec.counter[1] = self._counter[1]
            _core.fill(_core.current(), spec, first, count, cnp.PyArray_DATA(array), threads)
            if target is not None:
                _scale(array, mul, add, target)
            if count > BRIEF or target is not None:
                PyErr_CheckSignals()
            if moves:
                noted = _undo.prepare()
                if spec.kind == TFPHILOX_WORDS:
                    _core.advance(self._counter, (count + 3) // 4, 0)
                else:
                    _core.reserve(self._counter, count)
                if noted:
                    self._note(spec.counter[0], spec.counter[1])
        finally:
            self._release()
        return 0

    def _draw_by(self, make):
        """Draw by make(key, counter), which returns the result and the blocks that it takes.

        For ops whose kernels live elsewhere; a draw that fails moves nothing.
        """
        cdef uint64_t low, high
        cdef uint64_t[2] before
        cdef bint noted
        self._acquire()
        try:
            before[0] = self._counter[0]
            before[1] = self._counter[1]
            result, blocks = make(self._key, before[0] | (<object>before[1]) << 64)
            if not (type(blocks) is int and 0 <= blocks < _2_128):
                blocks %= _2_128
            low = blocks & 0xFFFFFFFFFFFFFFFF
            high = blocks >> 64
            PyErr_CheckSignals()
            noted = _undo.prepare()
            _core.advance(self._counter, low, high)
            if noted:
                self._note(before[0], before[1])
        finally:
            self._release()
        return result

    cdef _draw_float(self, tfphilox_kind kind, shape, mul, add, dtype, out, threads, start):
        """x * mul + add; either may be None (left out), a number or an array, of dtype."""
        cdef tfphilox_fill_spec spec = self._spec(kind, _core.dtype_code(dtype))
        if (mul is None or mul.ndim == 0) and (add is None or add.ndim == 0):
            if mul is not None:
                spec.mul = float(mul)
            if add is not None:
                spec.add = float(add)
            return self._draw(&spec, shape, dtype, out, threads, start)
        # TensorFlow broadcasts the result: it may be larger than what is drawn.
        shape = _dimensions(shape)
        final = broadcast_shape(shape, *(a.shape for a in (mul, add) if a is not None))
        target = _new_array(final, dtype) if out is None else _checked_out(out, final, dtype)
        number = _thread_count(threads)
        first = 0 if start is None else _first(start)
        drawn = target if final == shape else _new_array(shape, dtype)
        self._fill(&spec, drawn, number, mul, add, target, start is None, first)
        return target if out is None else out

    def uniform(
        self, shape=_NONE, minval=0, maxval=None, dtype="float32", *, out=None, threads=None,
        start=None, size=_NONE, low=_NONE, high=_NONE
    ):
        """Draw floats in [minval, maxval), as ``tf.random.uniform`` does.

        Parameters
        ----------
        shape : int or sequence of int
            What is drawn.
        minval, maxval : number or array_like, optional
            The bounds, 0 and 1 by default; minval included, maxval excluded (but rounding can
            reach it).  Arrays are broadcast against `shape` and may enlarge the result.  They
            are not compared: a maxval below minval counts down, as in TensorFlow.
        dtype : float16, bfloat16, float32 or float64
        out : writable C-contiguous buffer, optional
            An array, ``array.array``, memory map, shared memory or CPU tensor of this shape
            and dtype, or a buffer of as many bytes; the result goes there and is returned.
        threads : int, optional
            How many to use; all cores for large fills by default.  Changes no number.
        start : int, optional
            Draw elements [start, start + n) of the run that is next, as if all of it were drawn,
            and move nothing: 0 to 2**63 - 1.  Parameters that are arrays belong to the slice.
        size, low, high
            NumPy's words for `shape`, `minval` and `maxval`: refused, with what to write.

        Returns
        -------
        ndarray, or `out`

        Raises
        ------
        TypeError, ValueError, MemoryError
            A bad dtype, shape, bound or `out`; the stream stays where it was.

        Notes
        -----
        *Stream.*  One word an element (float64: two); moves 256 blocks for each element.

        References
        ----------
        core/lib/random/random_distributions.h, ``UniformDistribution``;
        python/ops/random_ops.py, ``random_uniform``.

        Examples
        --------
        >>> Stream(1, 2).uniform((3,), dtype="float64")
        array([0.2511745 , 0.44316677, 0.29722963])
        >>> Stream(1, 2).uniform((2,), -1.0, 1.0)
        array([-0.1872065 ,  0.71519923], dtype=float32)

        A part of a run, alone.  The next run begins 256 blocks for each element of this one
        further on, so it is known how many those are:

        >>> stream = Stream(1, 2)
        >>> stream.uniform((3,), start=1)
        array([0.8575996 , 0.05539584, 0.08587229], dtype=float32)
        >>> stream.skip(256 * 4)  # a run of four elements is over
        >>> stream.uniform((1,), start=10**12)  # far inside of the second run
        array([0.4515859], dtype=float32)
        """
        if shape is _NONE or size is not _NONE or low is not _NONE or high is not _NONE:
            raise _hint("uniform", {"size": size, "low": low, "high": high}, shape=shape)
        dtype = _float_dtype(dtype)
        cdef bint from_zero = type(minval) is int and minval == 0
        if from_zero and (maxval is None or (type(maxval) is int and maxval == 1)):
            return self._draw_float(TFPHILOX_UNIFORM, shape, None, None, dtype, out, threads, start)
        if maxval is None:
            maxval = 1
        if _is_plain(minval) and _is_plain(maxval) and (dtype is _FLOAT32 or dtype is _FLOAT64):
            return self._draw_between(shape, minval, maxval, from_zero, dtype, out, threads, start)
        high = _operand("maxval", maxval, dtype)
        if from_zero:  # TensorFlow then adds nothing, not even +0
            return self._draw_float(TFPHILOX_UNIFORM, shape, high, None, dtype, out, threads, start)
        low = _operand("minval", minval, dtype)
        width = broadcast_op("subtract", high, low)
        return self._draw_float(TFPHILOX_UNIFORM, shape, width, low, dtype, out, threads, start)

    cdef _draw_between(self, shape, double low, double high, bint from_zero, dtype, out, threads, start):
        """`uniform` with plain numbers as bounds, without arrays."""
        cdef tfphilox_dtype code = <tfphilox_dtype>_core.dtype_code(dtype)
        cdef tfphilox_fill_spec spec = self._spec(TFPHILOX_UNIFORM, code)
        if from_zero:
            spec.mul = _core.rounded(code, high)
        else:
            spec.add = _core.rounded(code, low)
            spec.mul = _core.difference(code, _core.rounded(code, high), spec.add)
        return self._draw(&spec, shape, dtype, out, threads, start)

    cdef _draw_normal(self, tfphilox_kind kind, shape, mean, stddev, dtype, out, threads, start):
        """`normal` or `truncated_normal`; plain numbers need no arrays."""
        cdef tfphilox_fill_spec spec
        cdef tfphilox_dtype code
        if _is_plain(mean) and _is_plain(stddev) and (
            dtype is _FLOAT32 or dtype is _FLOAT64 or (mean == 0 and stddev == 1)
        ):
            code = <tfphilox_dtype>_core.dtype_code(dtype)
            spec = self._spec(kind, code)
            spec.mul = _core.rounded(code, stddev)
            spec.add = _core.rounded(code, mean)
            return self._draw(&spec, shape, dtype, out, threads, start)
        mul = None if stddev is None else _operand("stddev", stddev, dtype)
        add = None if mean is None else _operand("mean", mean, dtype)
        return self._draw_float(kind, shape, mul, add, dtype, out, threads, start)

    def normal(
        self, shape=_NONE, mean=0.0, stddev=1.0, dtype="float32", *, out=None, threads=None,
        start=None, size=_NONE, loc=_NONE, scale=_NONE
    ):
        """Draw from the normal distribution, as ``tf.random.normal`` does.

        Parameters
        ----------
        shape : int or sequence of int
            What is drawn.
        mean, stddev : number, array_like or None, optional
            0 and 1 by default; arrays are broadcast against `shape` and may enlarge the result.
            None leaves the step out: with both None the numbers are the raw op's, which for
            float16 can be -0 where adding 0 makes 0.
        dtype : float16, bfloat16, float32 or float64
        out, threads, start
            As in `uniform`.

        Returns
        -------
        ndarray, or `out`
            float32 draws (before scaling) are within 5.68 of 0.

        Raises
        ------
        TypeError, ValueError, MemoryError
            A bad dtype, shape, parameter or `out`; the stream stays where it was.

        Notes
        -----
        *Stream.*  Box-Muller on pairs, sine first: one word an element (float64: two); moves
        256 blocks for each element.

        References
        ----------
        core/lib/random/random_distributions.h, ``NormalDistribution``;
        random_distributions_utils.h, ``BoxMullerFloat``; python/ops/random_ops.py,
        ``random_normal``.

        Examples
        --------
        >>> Stream(1, 2).normal((3,))
        array([-1.0467793,  0.8397046,  1.2358364], dtype=float32)
        """
        if shape is _NONE or size is not _NONE or loc is not _NONE or scale is not _NONE:
            raise _hint("normal", {"size": size, "loc": loc, "scale": scale}, shape=shape)
        dtype = _float_dtype(dtype)
        return self._draw_normal(TFPHILOX_NORMAL, shape, mean, stddev, dtype, out, threads, start)

    def truncated_normal(
        self, shape=_NONE, mean=0.0, stddev=1.0, dtype="float32", *, out=None, threads=None,
        start=None, size=_NONE, loc=_NONE, scale=_NONE
    ):
        """Draw from the normal distribution cut off at two standard deviations.

        Parameters
        ----------
        shape, mean, stddev, dtype, out, threads, start
            As in `normal`.

        Returns
        -------
        ndarray, or `out`
            Within (mean - 2 stddev, mean + 2 stddev) before rounding.

        Raises
        ------
        TypeError, ValueError, MemoryError
            As in `normal`.

        Notes
        -----
        *Stream.*  Each group of four elements (float64: two) has 256 (128) blocks of its own
        and draws from them until it is full; moves 256 blocks for each element.

        References
        ----------
        core/lib/random/random_distributions.h, ``TruncatedNormalDistribution``;
        python/ops/random_ops.py, ``truncated_normal``.

        Examples
        --------
        >>> Stream(1, 2).truncated_normal((4,))
        array([-1.0467793,  0.8397046,  1.2358364,  0.3037427], dtype=float32)
        """
        if shape is _NONE or size is not _NONE or loc is not _NONE or scale is not _NONE:
            raise _hint("truncated_normal", {"size": size, "loc": loc, "scale": scale}, shape=shape)
        dtype = _float_dtype(dtype)
        return self._draw_normal(TFPHILOX_TRUNCATED_NORMAL, shape, mean, stddev, dtype, out, threads, start)

    def integers(
        self, shape=_NONE, minval=None, maxval=None, dtype="int32", *, out=None, threads=None,
        start=None, size=_NONE, low=_NONE, high=_NONE, endpoint=_NONE
    ):
        """Draw integers in [minval, maxval), or every bit pattern.

        Parameters
        ----------
        shape : int or sequence of int
        minval, maxval : int, optional
            The bounds, minval included, maxval excluded, both within dtype; both None for all
            of dtype's numbers.
        dtype : int32 or int64; without bounds uint32 or uint64 too
        out, threads, start
            As in `uniform`.

        Returns
        -------
        ndarray, or `out`
            TensorFlow reduces by modulo, so where the width is no power of two the low numbers
            are a little likelier: by width / 2**32 (int64: 2**64) at most.

        Raises
        ------
        TypeError, ValueError, MemoryError
            A bad dtype, shape, bound or `out`; minval >= maxval; only one bound; bounds with
            an unsigned dtype.  The stream stays where it was.

        Notes
        -----
        *Stream.*  One word an element (64 bits: two); moves 256 blocks for each element.

        References
        ----------
        core/lib/random/random_distributions.h, ``UniformDistribution`` for integers and
        ``UniformFullIntDistribution``.

        Examples
        --------
        >>> Stream(1, 2).integers((6,), 0, 100)
        array([99, 15,  2,  9, 31, 86], dtype=int32)
        """
        if (
            shape is _NONE
            or size is not _NONE or low is not _NONE or high is not _NONE or endpoint is not _NONE
        ):
            raise _hint(
                "integers", {"size": size, "low": low, "high": high, "endpoint": endpoint}, shape=shape)
        cdef tfphilox_fill_spec spec
        dtype = as_dtype(dtype, _INTEGERS)
        if dtype.kind not in "iu":
            raise TypeError(
                f"integers: dtype must be int32, int64, uint32 or uint64, got {dtype.name}"
            )
        spec = self._spec(TFPHILOX_INTEGERS, _core.dtype_code(dtype))
        if minval is None and maxval is None and hasattr(shape, "__index__") and out is None:
            if not isinstance(shape, np.ndarray) or shape.ndim == 0:
                raise TypeError(
                    f"integers({brief(shape)}) would be below {brief(shape)} in NumPy, and so many "
                    f"of all {dtype.name}'s here: write integers((), 0, {brief(shape)}), or "
                    f"integers(({brief(shape)},)) for these"
                )
        if minval is not None or maxval is not None:
            if minval is None or maxval is None:
                raise ValueError(
                    f"integers: give both minval and maxval, or neither for all of {dtype.name}; "
                    f"got minval={brief(minval)}, maxval={brief(maxval)}"
                )
            if dtype.kind == "u":
                raise ValueError(
                    f"integers: {dtype.name} is drawn over its full range only, without minval "
                    f"and maxval; got minval={brief(minval)}, maxval={brief(maxval)}"
                )
            low = _bound("minval", minval, dtype)
            high = _bound("maxval", maxval, dtype)
            if low >= high:
                raise ValueError(f"integers: need minval < maxval, got {low} >= {high}")
            spec.low = low
            spec.range = high - low
        return self._draw(&spec, shape, dtype, out, threads, start)

    def words(self, n=_NONE, *, out=None, threads=None, start=None, size=_NONE):
        """Return the generator's next n 32-bit words.

        Parameters
        ----------
        n : int
            How many; 0 or more.
        out, threads, start
            As in `uniform`; `out` holds n uint32.

        Returns
        -------
        ndarray of uint32, shape (n,), or `out`

        Notes
        -----
        *Stream.*  Four words a block; moves ceil(n / 4) blocks: the rest of a block is lost.

        Examples
        --------
        >>> Stream(1, 2).words(2)
        array([3878945999, 2364392915], dtype=uint32)
        """
        cdef tfphilox_fill_spec spec = self._spec(TFPHILOX_WORDS, TFPHILOX_UINT32)
        if n is _NONE or size is not _NONE:
            raise _hint("words", {"size": size}, n=n)
        if isinstance(n, (tuple, list, np.ndarray)):
            raise TypeError(f"n must be an integer, got {brief(n)}")
        return self._draw(&spec, (n,), _UINT32, out, threads, start)


    cdef _sample(self, one, out, threads, start):
        """Fill `out`, or a new array, with a `Sample`; move by its blocks, unless `start` is given."""
        cdef int number = _thread_count(threads)
        array = _new_array(one.dims, one.dtype) if out is None else _checked_out(
            out, one.dims, one.dtype)
        if start is None:
            self._draw_by(
                lambda key, counter: (one.into(array, key, counter, None, number), one.blocks))
        else:
            one.into(array, self._key, self.counter, _first(start), number)
        return array if out is None else out

    def gamma(
        self, shape=_NONE, alpha=_NONE, beta=None, dtype="float32", *, out=None, threads=None,
        start=None, size=_NONE, scale=_NONE
    ):
        """Draw from gamma distributions, as ``tf.random.gamma`` and ``stateless_gamma`` do.

        Parameters
        ----------
        shape : int or sequence of int
            Of the result, whose last dimensions are those of alpha and beta together, as in
            ``stateless_gamma``.
        alpha : number or array_like
            Shape parameters, above 0; as in TensorFlow that is not checked.
        beta : number or array_like, optional
            Inverse scales, above 0, unchecked too; 1 by default.
        dtype : float16, float32 or float64
        out, threads
            As in `uniform`.
        start : int, optional
            Draw elements [start, start + n) of the run that is next, alone, and move nothing; for
            one alpha and one beta.

        Returns
        -------
        ndarray, or `out`
            Never below the type's smallest normal number.

        Raises
        ------
        TypeError, ValueError, MemoryError
            A bad dtype, shape, parameter or `out`; `start` with several parameters. The stream
            stays where it was.

        Notes
        -----
        *Stream.*  256 blocks for each element, which takes about two of them; the numbers are
        those of TensorFlow 2.3 and newer (an alpha of 1 had others before).

        References
        ----------
        core/kernels/random_op.cc, ``RandomGammaOp``; python/ops/random_ops.py, ``random_gamma``.

        Examples
        --------
        >>> Stream.from_stateless_seed([1, 2]).gamma((4,), 0.5)  # stateless_gamma's
        array([0.06695361, 0.62823546, 0.18136732, 0.04758992], dtype=float32)
        >>> Stream.from_stateless_seed([1, 2]).gamma((2,), 0.5, start=2)
        array([0.18136732, 0.04758992], dtype=float32)
        """
        if shape is _NONE or alpha is _NONE or size is not _NONE or scale is not _NONE:
            raise _hint("gamma", {"size": size, "scale": scale}, shape=shape, alpha=alpha)
        return self._sample(samples.gamma(_dimensions(shape), alpha, beta, dtype), out, threads, start)

    def poisson(
        self, shape=_NONE, lam=_NONE, dtype="float32", *, out=None, threads=None, start=None,
        size=_NONE
    ):
        """Draw from Poisson distributions, as ``tf.random.poisson`` and ``stateless_poisson`` do.

        Parameters
        ----------
        shape : int or sequence of int
            Of the result, whose last dimensions are those of lam, as in ``stateless_poisson``.
        lam : number or array_like
            Expected values; 0 and below give 0.
        dtype : float16, float32, float64, int32 or int64
        out, threads
            As in `uniform`.
        start : int, optional
            Draw elements [start, start + n) of the run that is next, alone, and move nothing; for
            one lam.

        Returns
        -------
        ndarray, or `out`
            An infinite lam gives inf, as an integer 0.

        Raises
        ------
        TypeError, ValueError, MemoryError
            A bad dtype, shape, parameter or `out`; a rate that is NaN or far above what dtype can
            hold; `start` with several rates. The stream stays where it was.

        Notes
        -----
        *Stream.*  256 blocks for each element.

        References
        ----------
        core/kernels/random_poisson_op.cc, ``RandomPoissonOp``.

        Examples
        --------
        >>> Stream.from_stateless_seed([1, 2]).poisson((6,), 3.5, "int32")  # stateless_poisson's
        array([6, 5, 4, 6, 3, 7], dtype=int32)
        >>> Stream.from_stateless_seed([1, 2]).poisson((2,), 3.5, "int32", start=3)
        array([6, 3], dtype=int32)
        """
        if shape is _NONE or lam is _NONE or size is not _NONE:
            raise _hint("poisson", {"size": size}, shape=shape, lam=lam)
        return self._sample(samples.poisson(_dimensions(shape), lam, dtype), out, threads, start)

    def binomial(
        self, shape=_NONE, counts=_NONE, probs=_NONE, dtype="int32", *, out=None, threads=None,
        start=None, size=_NONE, n=_NONE, p=_NONE
    ):
        """Draw from binomial distributions, as ``tf.random.stateless_binomial`` does.

        Parameters
        ----------
        shape : int or sequence of int
            Of the result, whose last dimensions are those of counts and probs together.
        counts, probs : number or array_like
            Numbers of trials, and probabilities of success; both are rounded to float32.
        dtype : float16, float32, float64, int32 or int64
        out, threads
            As in `uniform`.
        start : int, optional
            Draw elements [start, start + n) of the run that is next, alone, and move nothing; for
            one count and one probability.

        Returns
        -------
        ndarray, or `out`

        Raises
        ------
        TypeError, ValueError, MemoryError
            A bad dtype, shape, parameter or `out`; a count that is NaN; a probability that is
            NaN, for integers; `start` with several parameters. The stream stays where it was.

        Notes
        -----
        *Stream.*  42 blocks for each element where fewer than 10 successes (or failures) are
        expected, else 256; moves as ``tf.random.Generator.binomial``, by about 12,800 an element.

        References
        ----------
        core/kernels/random_binomial_op.cc, ``RandomBinomialOp``.

        Examples
        --------
        >>> Stream.from_stateless_seed([1, 2]).binomial((6,), 20.0, 0.3)  # stateless_binomial's
        array([10,  9,  9,  7,  7,  7], dtype=int32)
        >>> Stream.from_stateless_seed([1, 2]).binomial((2,), 20.0, 0.3, start=1)
        array([9, 9], dtype=int32)
        """
        if (
            shape is _NONE or counts is _NONE or probs is _NONE
            or size is not _NONE or n is not _NONE or p is not _NONE
        ):
            raise _hint(
                "binomial", {"size": size, "n": n, "p": p}, shape=shape, counts=counts, probs=probs)
        return self._sample(
            samples.binomial(_dimensions(shape), counts, probs, dtype), out, threads, start)

    def parameterized_truncated_normal(self, *args, **keywords):
        """Refuse: normals within bounds of one's own cannot be drawn in parts.

        Raises
        ------
        NotImplementedError
            Always.

        Notes
        -----
        *Stream.*  All elements of a run take what they need from one sequence of candidates, one
        after another, so none has blocks of its own, and the stateful op and the stateless one
        take them in different orders.

        References
        ----------
        core/kernels/parameterized_truncated_normal_op.cc.
        """
        raise NotImplementedError(
            "an element of a parameterized truncated normal has no blocks of its own, so no part of "
            "a run can be drawn alone: draw it whole, by raw_ops.ParameterizedTruncatedNormal or "
            "random.stateless_parameterized_truncated_normal; truncated_normal, within two standard "
            "deviations, takes start="
        )


cdef dict _NUMPYS = {  # what NumPy's Generator calls an argument -> what it is here
    "size": "shape", "low": "minval", "high": "maxval", "loc": "mean", "scale": "stddev",
    "n": "counts", "p": "probs",
}


def _hint(method, others, **needed):
    """The error for arguments that are missing or that nothing is called here: what to write."""
    others = {name: value for name, value in others.items() if value is not _NONE}
    if "endpoint" in others:
        return TypeError("integers takes no endpoint=: maxval is never drawn; write maxval + 1")
    words = dict(_NUMPYS)
    if method == "words":
        words = {"size": "n"}
    elif method == "gamma":
        words["scale"] = "beta"
    taken = _TAKES[method]
    parts = {name: brief(value) for name, value in needed.items() if value is not _NONE}
    for name, value in others.items():
        parts[words[name]] = f"1 / {brief(value)}" if words[name] == "beta" else brief(value)
    if others:
        numpys = ", ".join(f"{name}=" for name in others)
        written = ", ".join(
            f"{name}={parts[name]}" if name in parts else f"{name}=..."
            for name in taken if name in parts or name in needed)
        return TypeError(f"{method} takes no {numpys}: that is NumPy's word; write {method}({written})")
    missing = [name for name, value in needed.items() if value is _NONE]
    return TypeError(f"{method}() needs {' and '.join(missing)}")


cdef dict _TAKES = {
    "uniform": ("shape", "minval", "maxval"),
    "normal": ("shape", "mean", "stddev"),
    "truncated_normal": ("shape", "mean", "stddev"),
    "integers": ("shape", "minval", "maxval"),
    "words": ("n",),
    "gamma": ("shape", "alpha", "beta"),
    "poisson": ("shape", "lam"),
    "binomial": ("shape", "counts", "probs"),
}


def _restore(cls, key, start, counter):
    """A pickled stream."""
    stream = cls.from_key_counter(key, start)
    stream.position = (counter - start) % _2_128
    return stream


cdef void _go_back(object stream, const uint64_t *words) noexcept:
    (<Stream>stream)._set_back(words)


cdef int _scale(drawn, mul, add, target) except -1:
    """target = drawn * mul + add; mul or add may be None, not both."""
    if mul is not None:
        drawn = broadcast_op("multiply", drawn, mul, target if add is None else None)
    if add is not None:
        broadcast_op("add", drawn, add, target)
    return 0
