"""For the extension modules above: noting a move, so that a call that fails can take it back."""

from libc.stdint cimport uint64_t

# Takes one move back, if nobody has moved the thing since.  Runs no Python code.
ctypedef void (*undo_function)(object thing, const uint64_t *words) noexcept

# Make room for a note.  Say whether there is a call that would take the move back.
cdef bint prepare() except -1

# Note a move; after prepare() has said True, and with nothing between the move and this.
cdef void note(undo_function undo, object thing, const uint64_t *words) noexcept
