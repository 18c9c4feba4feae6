# cython: language_level=3, boundscheck=False, wraparound=False
"""Locks for what stands in C structs, which no GIL guards where there is none.

One thread holds such a lock for one call.  Who waits for it answers signals; who holds it and
comes again, in a handler of a signal, is told so instead of waiting for itself.

Forking.  A lock that another thread held at the fork would stay shut in the child, so there a new
one takes its place.  One that the forking thread itself holds stays: it will open it.
"""

import os

from cpython.exc cimport PyErr_CheckSignals
from cpython.pythread cimport (
    PyThread_acquire_lock,
    PyThread_allocate_lock,
    PyThread_free_lock,
    PyThread_get_thread_ident,
)

cdef extern from "pythread.h" nogil:
    ctypedef enum PyLockStatus:
        PY_LOCK_ACQUIRED
    PyLockStatus PyThread_acquire_lock_timed(PyThread_type_lock, long long microseconds, int)

cdef enum: TURN = 20000  # microseconds between two looks for signals

cdef long _forks = 0


def _after_fork():
    global _forks
    _forks += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


cdef int make(lock *self) except -1:
    self.door = PyThread_allocate_lock()
    if self.door == NULL:
        raise MemoryError("no lock can be made")
    self.made = _forks
    self.owner = 0
    return 0


cdef void unmake(lock *self) noexcept:
    if self.door != NULL:
        PyThread_free_lock(self.door)


cdef int acquire(lock *self, str what) except -1:
    cdef unsigned long me = PyThread_get_thread_ident()
    cdef int acquired
    if self.made != _forks:
        if self.owner != me:  # nobody who could open it is left in this forked child
            make(self)
        self.made = _forks
    if not PyThread_acquire_lock(self.door, 0):
        if self.owner == me:
            raise RuntimeError(f"this thread is in the middle of {what}")
        while True:
            with nogil:
                acquired = PyThread_acquire_lock_timed(self.door, TURN, 0) == PY_LOCK_ACQUIRED
            if acquired:
                break
            PyErr_CheckSignals()
    self.owner = me
    return 0


cdef int take(lock *self) noexcept:
    cdef unsigned long me = PyThread_get_thread_ident()
    if self.made != _forks or not PyThread_acquire_lock(self.door, 0):
        if self.owner == me:
            return MINE
        if self.made != _forks:
            return ALONE
        with nogil:
            PyThread_acquire_lock(self.door, 1)
    self.owner = me
    return HELD
