# cython: language_level=3, boundscheck=False, wraparound=False, binding=True
"""Calls that are whole: alone in their object, and moving it at their end or not at all.

Python answers signals between any two of its instructions, and a handler that raises ends whatever
runs there.  What must not be cut in two is done here, in C, where no handler runs: taking locks,
the last look for signals, and the move.  Locks guard C structs where there is no GIL to do it.

Nothing of tf.data's is known here but that an object has a position, which a call works on.
"""

import functools
import os

from cpython.exc cimport PyErr_CheckSignals
from cpython.pythread cimport (
    PyThread_acquire_lock,
    PyThread_allocate_lock,
    PyThread_free_lock,
    PyThread_get_thread_ident,
    PyThread_release_lock,
    PyThread_type_lock,
)

cdef extern from "pythread.h" nogil:
    ctypedef enum PyLockStatus:
        PY_LOCK_ACQUIRED
    PyLockStatus PyThread_acquire_lock_timed(PyThread_type_lock, long long microseconds, int)

# Raised by one in every forked child: a lock that another thread held at the fork stays shut there.
cdef long _generation = 0


def _after_fork():
    global _generation
    _generation += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


cdef class Lock:
    """For one thread at a time; who waits for it answers signals."""

    cdef PyThread_type_lock _lock
    cdef long _made
    cdef unsigned long _owner

    def __cinit__(self):
        self._lock = PyThread_allocate_lock()
        if self._lock == NULL:
            raise MemoryError("no lock can be made")
        self._made = _generation
        self._owner = 0

    def __dealloc__(self):
        if self._lock != NULL:
            PyThread_free_lock(self._lock)

    cdef int acquire(self) except -1:
        cdef unsigned long me = PyThread_get_thread_ident()
        cdef PyThread_type_lock fresh
        cdef int acquired
        if self._made != _generation:
            if self._owner != me:  # nobody who could open it is left
                fresh = PyThread_allocate_lock()
                if fresh == NULL:
                    raise MemoryError("no lock can be made")
                self._lock = fresh
                self._owner = 0
            self._made = _generation
        if not PyThread_acquire_lock(self._lock, 0):
            if self._owner == me:
                raise RuntimeError("this thread is in the middle of a call that moves this data set")
            while True:
                with nogil:
                    acquired = (
                        PyThread_acquire_lock_timed(self._lock, 20000, 0) == PY_LOCK_ACQUIRED
                    )
                if acquired:
                    break
                PyErr_CheckSignals()
        self._owner = me
        return 0

    cdef void release(self) noexcept:
        self._owner = 0
        PyThread_release_lock(self._lock)


class End:
    """What a call returns for StopIteration."""


class Replacement:
    """What a call returns to put its object elsewhere; `counts` are of (object, its `drawn`)."""

    def __init__(self, position, checkpoint, counts):
        self.position, self.checkpoint, self.counts = position, checkpoint, counts


cdef class Moving:
    """An object with a position; methods made `whole` are the only ones that touch it."""

    cdef Lock _own
    cdef tuple _locks  # of a call that begins
    cdef tuple _taken  # by the call that runs
    cdef public object position  # None after a call that failed in the middle: see `checkpoint`
    cdef public object checkpoint

    def __cinit__(self, *args, **kwargs):
        self._own = Lock()
        self._locks = (self._own,)

    def _share(self, locks):
        """Take these locks, too, in this call and each after it; all sort them in one way."""
        self._locks = (self._own, *locks)
        for lock in self._locks[1:]:
            (<Lock?>lock).acquire()
            self._taken = (*self._taken, lock)

    cdef int _acquire(self) except -1:
        cdef Py_ssize_t i = 0, j
        cdef tuple locks = self._locks
        try:
            for i in range(len(locks)):
                (<Lock?>locks[i]).acquire()
        except BaseException:
            for j in range(i):
                (<Lock>locks[j]).release()
            raise
        self._taken = locks
        return 0

    cdef void _release(self) noexcept:
        for lock in self._taken:
            (<Lock>lock).release()

    cdef _commit(self, result):
        position, checkpoint = self.position, self.checkpoint
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


def whole(function):
    """Make a method of a Moving whole.

    It works on `position` and says there, by `dirty`, that it has begun to. If it fails then, the
    position is lost, and the object goes back to where its checkpoint and what was read since
    lead. It may return End() or a Replacement.
    """
    @functools.wraps(function)
    def call(Moving self, *args, **kwargs):
        self._acquire()
        try:
            result = function(self, *args, **kwargs)
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
