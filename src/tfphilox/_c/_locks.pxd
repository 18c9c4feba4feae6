"""For the extension modules above: a lock in a C struct, to be held for moments."""

from cpython.pythread cimport PyThread_release_lock, PyThread_type_lock

ctypedef struct lock:
    PyThread_type_lock door
    long made  # after so many forks
    unsigned long owner  # the thread that holds it; 0 if it is open

# How `take` went: the lock is held; this thread held it before; it is in a forked child, where
# nobody is left who could open it, and nobody else either.
cdef enum:
    HELD
    MINE
    ALONE

cdef int make(lock *self) except -1
cdef void unmake(lock *self) noexcept

# Wait for it, answering signals.  `what` ends the sentence for a thread that holds it already.
cdef int acquire(lock *self, str what) except -1

# Wait for it and run no Python code meanwhile.
cdef int take(lock *self) noexcept

cdef inline void release(lock *self) noexcept:
    self.owner = 0
    PyThread_release_lock(self.door)
