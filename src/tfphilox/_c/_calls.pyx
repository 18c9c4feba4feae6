# cython: language_level=3, boundscheck=False, wraparound=False, binding=True
"""Calls that are whole: alone in their object, and moving it at their end or not at all.

Python answers signals between any two of its instructions, and a handler that raises ends whatever
runs there.  What must not be cut in two is done here, in C, where no handler runs: taking locks,
the last look for signals, and the move.

Nothing of tf.data's is known here but that an object has a position, which a call works on.
"""

import functools

from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int64_t

from tfphilox._c cimport _locks


cdef class CallLock:
    """For one thread at a time; who waits for it answers signals."""

    cdef _locks.lock _lock

    def __cinit__(self):
        _locks.make(&self._lock)

    def __dealloc__(self):
        _locks.unmake(&self._lock)

    cdef int acquire(self) except -1:
        return _locks.acquire(&self._lock, "a call that moves this data set")

    cdef void release(self) noexcept:
        _locks.release(&self._lock)


class End:
    """What a call returns for StopIteration."""


cdef class Place:
    """Where an object is, as a call moves it."""

    cdef public bint dirty  # a call is in the middle
    cdef public int64_t count  # elements that it has read
    cdef public object draws

    def __cinit__(self, *args):
        self.dirty = False
        self.count = 0


cdef class Mark:
    """A place to go back to, and what came after it."""

    cdef public int64_t read  # elements
    cdef public int64_t valid  # entries of the log that calls left which did not fail
    cdef public list log

    def __cinit__(self, *args):
        self.read = self.valid = 0
        self.log = []


class Replacement:
    """What a call returns to put its object elsewhere; `counts` are of (object, its `drawn`)."""

    def __init__(self, position, checkpoint, counts):
        self.position, self.checkpoint, self.counts = position, checkpoint, counts


cdef class Moving:
    """An object with a position; methods made `moving` are the only ones that touch it."""

    cdef CallLock _own
    cdef tuple _locks  # of a call that begins
    cdef tuple _taken  # by the call that runs
    cdef public Place position  # None after a call that failed in the middle: see `checkpoint`
    cdef public Mark checkpoint

    def __cinit__(self, *args, **kwargs):
        self._own = CallLock()
        self._locks = (self._own,)

    def _share(self, locks):
        """Take these locks, too, in this call and each after it; all sort them in one way."""
        self._locks = (self._own, *locks)
        for lock in self._locks[1:]:
            (<CallLock?>lock).acquire()
            self._taken = (*self._taken, lock)

    cdef int _acquire(self) except -1:
        cdef Py_ssize_t i = 0, j
        cdef tuple locks = self._locks
        try:
            for i in range(len(locks)):
                (<CallLock?>locks[i]).acquire()
        except BaseException:
            for j in range(i):
                (<CallLock>locks[j]).release()
            raise
        self._taken = locks
        return 0

    cdef void _release(self) noexcept:
        for lock in self._taken:
            (<CallLock>lock).release()

    cdef _commit(self, result):
        cdef Place position = self.position
        cdef Mark checkpoint = self.checkpoint
        cdef int64_t read, valid
        moved = ()
        if type(result) is Replacement:
            position, checkpoint = result.position, result.checkpoint
            moved = result.counts
            read, valid = checkpoint.read, checkpoint.valid
        else:
            draws = position.draws
            read, valid = checkpoint.read + position.count, checkpoint.valid
            if draws.used:
                moved = [(source, source.drawn + more) for source, more in draws.pending.items()]
                checkpoint.log.extend(draws.fresh)
                valid += len(draws.fresh)
                draws.forget()
        PyErr_CheckSignals()
        # From here on nothing runs but assignments.
        for source, drawn in moved:
            source.drawn = drawn
        checkpoint.read = read
        checkpoint.valid = valid
        position.count = 0
        position.dirty = False
        self.position = position
        self.checkpoint = checkpoint


def moving(function):
    """Make a method of a Moving whole.

    It works on `position` and says there, by `dirty`, that it has begun to. If it fails then, the
    position is lost, and the object goes back to where its checkpoint and what was read since
    lead. It may return End() or a Replacement.
    """
    @functools.wraps(function)
    def call(Moving self, *args, **kwargs):
        self._acquire()
        try:
            result = function(self, *args, **kwargs) if args or kwargs else function(self)
            self._commit(result)
        except BaseException:
            if self.position is not None and self.position.dirty:
                self.position = None
            raise
        finally:
            self._release()
        if type(result) is End:
            raise StopIteration
        return None if type(result) is Replacement else result

    return call


def passing(make):
    """Make a function return make(what it returns), with no Python instruction after that."""
    def decorate(function):
        @functools.wraps(function)
        def call(*args, **kwargs):
            return make(function(*args, **kwargs))

        return call

    return decorate
