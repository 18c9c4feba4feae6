# cython: language_level=3, boundscheck=False, wraparound=False, embedsignature=True
"""BitGenerator: the words of one TensorFlow op, for NumPy's own distributions.

NumPy asks a bit generator for 32 or 64 bits at a time and makes normals, permutations and the
rest of them by its own methods.  So what comes out are not TensorFlow's numbers (`Stream` has
those), but NumPy's, of TensorFlow's words.
"""

import numpy as np
from numpy.random.bit_generator import SeedlessSeedSequence

from .arrays.arguments import integer
from .arrays.wording import brief
from .stream import Stream

cimport numpy as cnp
from libc.stdint cimport uint32_t, uint64_t
from numpy.random.bit_generator cimport BitGenerator as NumpyBitGenerator

from tfphilox._c cimport _core
from tfphilox._c._core cimport tfphilox_fill_spec, tfphilox_start_words, tfphilox_words

cnp.import_array()

cdef extern from "bitgen.h" nogil:
    int TFPHILOX_BITGEN_AHEAD
    uint32_t tfphilox_bitgen_uint32(void *)
    uint64_t tfphilox_bitgen_uint64(void *)
    double tfphilox_bitgen_double(void *)
    uint64_t tfphilox_bitgen_taken(const tfphilox_words *)
    void tfphilox_bitgen_seek(tfphilox_words *, uint64_t)
    tfphilox_fill_spec tfphilox_bitgen_longs(const tfphilox_words *)

cdef object _2_64 = 1 << 64
cdef object _2_128 = 1 << 128
cdef object _2_130 = 1 << 130  # words of a key

cdef enum:
    LEVELS = 4  # of children, each level 16 bits of the op seed
    MOST = (1 << 16) - 1  # children of one generator


cdef class BitGenerator(NumpyBitGenerator):
    """Give NumPy the words of one TensorFlow op with attributes `seed` and `seed2`.

    ``numpy.random.Generator(tfphilox.BitGenerator(1, 2))`` draws NumPy's distributions from them.

    Parameters
    ----------
    graph_seed, op_seed : int
        As in `Stream`: 64-bit integers, signed or unsigned, not both 0.

    Attributes
    ----------
    state : dict
        Where it stands. It can be set, to that of another one too.
    lock : threading.Lock
        Held by NumPy's Generator, and by `random_raw`, while they draw.
    capsule, ctypes, cffi
        The C functions, as all of NumPy's bit generators have them.

    Raises
    ------
    TypeError, ValueError
        As in `Stream`.

    Notes
    -----
    *Stream.*  Philox4x32-10 with the graph seed as key, counters from ``op_seed << 64`` on, every
    word in turn: 32 bits are one, 64 bits (and ``random_raw``) the next two, the low one first.
    ``BitGenerator(1, 2).random_raw(n)`` is ``Stream(1, 2).integers((n,), dtype="uint64")``. The same
    words on every platform, for ever; what NumPy makes of them is NumPy's to promise.

    References
    ----------
    numpy/random/_philox.pyx, for the protocol; NEP 19.

    Examples
    --------
    >>> import numpy as np
    >>> import tfphilox as tp
    >>> generator = np.random.Generator(tp.BitGenerator(1, 2))
    >>> generator.permutation(5)
    array([0, 4, 1, 2, 3])
    >>> tp.BitGenerator(1, 2).random_raw(2)
    array([10154990248698053839,   723669816833414966], dtype=uint64)
    >>> tp.Stream(1, 2).integers((2,), dtype="uint64")
    array([10154990248698053839,   723669816833414966], dtype=uint64)
    """

    cdef tfphilox_words _words
    cdef object _start  # the counter it began at
    cdef int _level
    cdef long _children

    def __init__(self, graph_seed, op_seed):
        self._begin(Stream(graph_seed, op_seed))

    cdef _begin(self, stream):
        NumpyBitGenerator.__init__(self, SeedlessSeedSequence())
        self._start = stream.counter
        self._level = 0
        self._children = 0
        self._put(stream.key, self._start, 0)
        self._bitgen.state = <void *>&self._words
        self._bitgen.next_uint64 = tfphilox_bitgen_uint64
        self._bitgen.next_uint32 = tfphilox_bitgen_uint32
        self._bitgen.next_double = tfphilox_bitgen_double
        self._bitgen.next_raw = tfphilox_bitgen_uint64

    cdef _put(self, uint64_t key, counter, int word):
        cdef uint64_t[2] halves
        halves[0] = counter & 0xFFFFFFFFFFFFFFFF
        halves[1] = counter >> 64
        tfphilox_start_words(
            &self._words, _core.current(), key, halves, TFPHILOX_BITGEN_AHEAD
        )
        tfphilox_bitgen_seek(&self._words, word)

    cdef _place(self):
        """The number of the next word: four times its block's counter, and its place there."""
        counter = self._words.spec.counter[0] | (<object>self._words.spec.counter[1]) << 64
        return (counter * 4 + tfphilox_bitgen_taken(&self._words)) % _2_130

    cdef _go(self, place):
        place %= _2_130
        self._put(self._words.spec.key, place >> 2, place & 3)

    @classmethod
    def from_stateless_seed(cls, seed):
        """Make the one that has the words of TensorFlow's stateless ops for a seed pair.

        As `Stream.from_stateless_seed`.

        Examples
        --------
        >>> import tfphilox as tp
        >>> tp.BitGenerator.from_stateless_seed([1, 2]).random_raw(1)
        array([7464880146280614444], dtype=uint64)
        """
        cdef BitGenerator self = cls.__new__(cls)
        self._begin(Stream.from_stateless_seed(seed))
        return self

    @classmethod
    def from_key_counter(cls, key, counter):
        """Make the one of a Philox key and counter.

        As `Stream.from_key_counter`.

        Examples
        --------
        >>> import tfphilox as tp
        >>> tp.BitGenerator.from_key_counter(1, [0, 2]).random_raw(1)
        array([10154990248698053839], dtype=uint64)
        """
        cdef BitGenerator self = cls.__new__(cls)
        self._begin(Stream.from_key_counter(key, counter))
        return self

    # ---- draws ------------------------------------------------------------------------------

    def random_raw(self, size=None, output=True):
        """Return the next 64-bit numbers.

        Parameters
        ----------
        size : int or tuple of int, optional
            The shape; by default one number.
        output : bool, default True
            False draws them and returns None.

        Returns
        -------
        int, ndarray of uint64 of this shape, or None

        Raises
        ------
        TypeError, ValueError, MemoryError
            A bad size. Nothing is drawn then.

        Examples
        --------
        >>> import tfphilox as tp
        >>> tp.BitGenerator(1, 2).random_raw((2, 1))
        array([[10154990248698053839],
               [  723669816833414966]], dtype=uint64)
        """
        cdef cnp.ndarray array
        cdef tfphilox_fill_spec spec
        cdef uint64_t taken, i, count
        cdef uint64_t *numbers
        if size is None:
            with self.lock:
                number = tfphilox_bitgen_uint64(&self._words)
            return number if output else None
        if not output:
            self.advance(_product(size))
            return None
        array = np.empty(size, np.uint64)
        count = <uint64_t>cnp.PyArray_SIZE(array)
        numbers = <uint64_t *>cnp.PyArray_DATA(array)
        with self.lock:
            taken = tfphilox_bitgen_taken(&self._words)
            if taken % 2:  # across the pairs
                for i in range(count):
                    numbers[i] = tfphilox_bitgen_uint64(&self._words)
            else:
                spec = tfphilox_bitgen_longs(&self._words)
                _core.fill(_core.current(), &spec, taken // 2, count, numbers, 0)
                self._go(self._place() + 2 * count)
        return array

    # ---- places -----------------------------------------------------------------------------

    def advance(self, delta):
        """Move on by 64-bit numbers, as if so many had been drawn.

        Parameters
        ----------
        delta : int
            How many; a negative one moves back. Words count modulo 2**130.

        Returns
        -------
        BitGenerator
            This one.

        Raises
        ------
        TypeError
            It is not an integer.

        Examples
        --------
        >>> import tfphilox as tp
        >>> tp.BitGenerator(1, 2).advance(1).random_raw(1)
        array([723669816833414966], dtype=uint64)
        """
        delta = integer("delta", delta)
        with self.lock:
            self._go(self._place() + 2 * delta)
        return self

    def jumped(self, jumps=1):
        """Return another one that stands 2**65 64-bit numbers further on, for each jump.

        That is the whole stream of an op seed: ``BitGenerator(1, 2).jumped()`` is
        ``BitGenerator(1, 3)``, standing where this one does.

        Parameters
        ----------
        jumps : int, default 1
            How many op seeds further.

        Returns
        -------
        BitGenerator

        Raises
        ------
        TypeError
            It is not an integer.

        Examples
        --------
        >>> import tfphilox as tp
        >>> tp.BitGenerator(1, 2).jumped().random_raw() == tp.BitGenerator(1, 3).random_raw()
        True
        """
        cdef BitGenerator other
        jumps = integer("jumps", jumps)
        other = type(self).__new__(type(self))
        key = self._words.spec.key
        other._begin(Stream.from_key_counter(key, (self._start + jumps * _2_64) % _2_128))
        other._level = self._level
        with self.lock:
            other._go(self._place() + jumps * 4 * _2_64)
        return other

    def spawn(self, n_children):
        """Make children, none of which has a word in common with another of the family.

        The first child of op seed s has op seed s + 2**48, the second s + 2 * 2**48, and so on;
        their children have 2**32 for 2**48, then come 2**16 and 1. So the op seeds of a family are
        numbers of four digits of 16 bits, one a generation, above the first one's own; a family
        has no word in common with another whose op seed is less than 2**16 apart from its own,
        as ordinary ones are, up to the third generation.

        Parameters
        ----------
        n_children : int
            How many, 0 or more. Those made before, by this object, count: each call makes others.

        Returns
        -------
        list of BitGenerator

        Raises
        ------
        TypeError, ValueError
            Not an integer, negative, more than 65,535 children in all, or a fifth generation.

        Examples
        --------
        >>> import tfphilox as tp
        >>> child, = tp.BitGenerator(1, 2).spawn(1)
        >>> child.random_raw() == tp.BitGenerator(1, 2 + 2**48).random_raw()
        True
        """
        cdef BitGenerator child
        count = integer("n_children", n_children)
        if count < 0:
            raise ValueError(f"n_children must not be negative, got {brief(count)}")
        if self._level == LEVELS:
            raise ValueError(f"there are {LEVELS} generations of children: this one has none")
        with self.lock:
            if self._children + count > MOST:
                raise ValueError(
                    f"a generator has {MOST} children: {self._children} are made, and "
                    f"{brief(count)} more are asked for"
                )
            first = self._children + 1
            self._children += count
        key, step = self._words.spec.key, _2_64 << 16 * (LEVELS - 1 - self._level)
        children = []
        for i in range(first, first + count):
            child = type(self).__new__(type(self))
            child._begin(Stream.from_key_counter(key, (self._start + i * step) % _2_128))
            child._level = self._level + 1
            children.append(child)
        return children

    # ---- state ------------------------------------------------------------------------------

    @property
    def state(self):
        """Where it stands, as a dict of integers that says everything.

        ``key`` and ``counter`` are those of the block that holds the next word, ``word`` is its
        place there; ``start`` is the counter it began at, ``generation`` and ``children`` are
        what `spawn` counts.
        """
        with self.lock:
            place = self._place()
            return {
                "bit_generator": type(self).__name__,
                "state": {
                    "key": self._words.spec.key, "counter": place >> 2, "word": place & 3,
                    "start": self._start, "generation": self._level, "children": self._children,
                },
            }

    @state.setter
    def state(self, value):
        if not isinstance(value, dict):
            raise TypeError(f"state must be a dict, got {brief(value)}")
        if value.get("bit_generator") != type(self).__name__:
            raise ValueError(
                f"state must be of a {type(self).__name__}, got one of "
                f"{brief(value.get('bit_generator'))}"
            )
        inner = value.get("state")
        if not isinstance(inner, dict) or inner.keys() != _LIMITS.keys():
            raise ValueError(f"state['state'] must have {', '.join(_LIMITS)}, got {brief(inner)}")
        checked = {}
        for name, limit in _LIMITS.items():
            checked[name] = integer(f"state: {name}", inner[name])
            if not 0 <= checked[name] < limit:
                raise ValueError(
                    f"state: {name} must be in [0, {limit}), got {brief(checked[name])}"
                )
        with self.lock:
            self._start = checked["start"]
            self._level = checked["generation"]
            self._children = checked["children"]
            self._put(checked["key"], checked["counter"], checked["word"])

    def __getstate__(self):
        return self.state

    def __setstate__(self, state):
        self.state = state

    def __reduce__(self):
        return _restore, (type(self), self.state)

    def __repr__(self):
        return f"<{type(self).__name__} key={self._words.spec.key:#x} start={self._start:#x}>"


_LIMITS = {
    "key": _2_64, "counter": _2_128, "word": 4, "start": _2_128, "generation": LEVELS + 1,
    "children": MOST + 1,
}  # fmt: skip


def _restore(cls, state):
    """A pickled generator."""
    made = cls.from_key_counter(0, 0)
    made.state = state
    return made


cdef _product(size):
    """How many numbers a size holds, without making them."""
    total = 1
    for each in size if isinstance(size, (tuple, list)) else (size,):
        each = integer("size", each, "of integers", size)
        if each < 0:
            raise ValueError(f"size must not be negative, got {brief(size)}")
        total *= each
    return total
