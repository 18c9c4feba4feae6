# cython: language_level=3, boundscheck=False, wraparound=False, binding=True
"""Public calls that are whole: what one of them has moved when it fails goes back.

Python answers signals between any two of its instructions, and a handler that raises ends whatever
runs there.  A call of several draws, or of one and some arithmetic, can so end in its middle; it
can also run out of memory there, or meet an argument that raises.

A function made `whole` is called from C.  While the outermost of them runs, its thread has a log,
in which every move of a state is noted in the same piece of C that makes it.  When the call
returns, C looks for signals once more, and then the result is the caller's, without a Python
instruction in between.  When it fails, the moves are taken back, the last one first, in C too.  A
call inside that fails takes back its own moves alone, for whoever called it may go on.

A move is taken back only if the state still stands where it led to: what another thread has moved
on since stays where it is, and what that call had drawn is lost.
"""

import functools

cimport cython
from cpython.mem cimport PyMem_Free, PyMem_Malloc
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF, Py_XDECREF
from libc.stdint cimport uint64_t
from libc.string cimport memcpy

cdef extern from *:
    """
    #if defined(_MSC_VER)
    static __declspec(thread) void *log_of_thread;
    #else
    static _Thread_local void *log_of_thread;
    #endif
    #define own(object) (object)

    #ifdef Py_LIMITED_API /* which knows no context variables */
    static PyObject *value_of(PyObject *variable, PyObject *otherwise) {
        return PyObject_CallMethod(variable, "get", "(O)", otherwise);
    }
    static PyObject *set_value(PyObject *variable, PyObject *value) {
        return PyObject_CallMethod(variable, "set", "(O)", value);
    }
    #else
    static PyObject *value_of(PyObject *variable, PyObject *otherwise) {
        PyObject *value = NULL;
        return PyContextVar_Get(variable, otherwise, &value) < 0 ? NULL : value;
    }
    #define set_value PyContextVar_Set
    #endif
    """
    void *log_of_thread
    object own(PyObject *)  # a new reference; NULL is the exception that is set
    object value_of(object variable, object otherwise)
    object set_value(object variable, object value)  # the token

cdef extern from "Python.h":
    # Without Cython's checks: what they return is looked at here.
    PyObject *PyObject_Call(PyObject *, PyObject *, PyObject *) noexcept
    int PyErr_CheckSignals() noexcept
    void PyErr_Fetch(PyObject **, PyObject **, PyObject **) noexcept
    void PyErr_Restore(PyObject *, PyObject *, PyObject *) noexcept

cdef enum: FEW = 6

ctypedef struct Entry:
    undo_function undo
    PyObject *thing
    uint64_t[4] words

ctypedef struct Log:
    Py_ssize_t count
    Py_ssize_t room
    Entry *entries
    Entry[FEW] few


# ---- noting ---------------------------------------------------------------------------------

cdef bint prepare() except -1:
    cdef Log *log = <Log *>log_of_thread
    cdef Entry *more
    if log == NULL:
        return False
    if log.count == log.room:
        more = <Entry *>PyMem_Malloc(2 * log.room * sizeof(Entry))
        if more == NULL:
            raise MemoryError("no memory to note what a call has moved")
        memcpy(more, log.entries, log.count * sizeof(Entry))
        if log.entries != log.few:
            PyMem_Free(log.entries)
        log.entries = more
        log.room *= 2
    return True


cdef void note(undo_function undo, object thing, const uint64_t *words) noexcept:
    cdef Log *log = <Log *>log_of_thread
    cdef Entry *entry = &log.entries[log.count]
    entry.undo = undo
    entry.thing = <PyObject *>thing
    Py_INCREF(thing)
    if words != NULL:
        memcpy(entry.words, words, sizeof(entry.words))
    log.count += 1


cdef void _cut(Log *log, Py_ssize_t mark) noexcept:
    """Forget the notes from the one numbered `mark` on."""
    cdef PyObject *thing
    while log.count > mark:
        log.count -= 1
        thing = log.entries[log.count].thing
        Py_XDECREF(thing)


cdef void _take_back(Log *log, Py_ssize_t mark) noexcept:
    """Undo what was noted from `mark` on; an exception that is set stays set."""
    cdef PyObject *kind
    cdef PyObject *value
    cdef PyObject *trace
    cdef Entry entry
    if log.count == mark:
        return
    PyErr_Fetch(&kind, &value, &trace)
    while log.count > mark:
        log.count -= 1
        entry = log.entries[log.count]
        entry.undo(<object>entry.thing, entry.words)
        Py_XDECREF(entry.thing)
    PyErr_Restore(kind, value, trace)


# ---- calls ----------------------------------------------------------------------------------

cdef class Taker:
    """Who takes the calls of functions in this context, if anybody does.

    Parameters
    ----------
    variable : ContextVar
        Holds what takes them; `default` stands for it where it was not set.
    look : callable, optional
        Makes what takes them of what `variable` holds, unless that is None.
    """

    cdef object _variable
    cdef object _look
    cdef public object default

    def __init__(self, variable, look=None):
        self._variable = variable
        self._look = look
        self.default = None

    cdef object now(self):
        found = value_of(self._variable, self.default)
        return found if found is None or self._look is None else self._look(found)


cdef object _run(function, args, keywords):
    global log_of_thread
    cdef Log *log = <Log *>log_of_thread
    cdef Log first
    cdef PyObject *result
    cdef Py_ssize_t mark
    if log != NULL:
        mark = log.count
        result = PyObject_Call(<PyObject *>function, <PyObject *>args, <PyObject *>keywords)
        if result == NULL:
            _take_back(log, mark)
        return own(result)
    first.count = 0
    first.room = FEW
    first.entries = first.few
    log_of_thread = &first
    result = PyObject_Call(<PyObject *>function, <PyObject *>args, <PyObject *>keywords)
    if result != NULL and PyErr_CheckSignals() < 0:
        Py_XDECREF(result)
        result = NULL
    log_of_thread = NULL
    if result == NULL:
        _take_back(&first, 0)
    else:
        _cut(&first, 0)
    if first.entries != first.few:
        PyMem_Free(first.entries)
    return own(result)


def whole(function, Taker taker=None):
    """Let a function's calls take back what they moved when they fail.

    Who takes calls, by `taker`, gets them as ``call(function, args, keywords)``.
    """
    if taker is None:

        @functools.wraps(function)
        def call(*args, **keywords):
            return _run(function, args, keywords)

        return call

    @functools.wraps(function)
    def taken(*args, **keywords):
        who = taker.now()
        if who is None:
            return _run(function, args, keywords)
        return _run(who.call, (function, args, keywords), {})

    return taken


# ---- moves of Python's objects --------------------------------------------------------------

cdef void _give_back(object returned, const uint64_t *words) noexcept:
    try:
        (<list>returned).append(words[0])
    except MemoryError:
        pass


def draw_seed(bits, list returned, uint64_t most):
    """The last number of `returned`; without one, the first of bits(32), ... up to `most`.

    If the call fails, `returned` has it again.
    """
    cdef bint noted = prepare()
    cdef uint64_t[4] words
    value = None
    if returned:
        try:
            value = returned.pop()
        except IndexError:  # another thread was quicker
            pass
    if value is None:
        value = bits(32)
        while value > most:
            value = bits(32)
    if noted:
        words[0] = value
        note(_give_back, returned, words)
    return value


cdef void _attribute_back(object thing, const uint64_t *words) noexcept:
    owner, name, before, after = <tuple>thing
    try:
        if getattr(owner, name) is after:
            setattr(owner, name, before)
    except Exception:  # it has none any more
        pass


def set_attribute(owner, str name, value):
    """setattr(owner, name, value), which a call that fails takes back."""
    if prepare():
        thing = (owner, name, getattr(owner, name), value)
        setattr(owner, name, value)
        note(_attribute_back, thing, NULL)
    else:
        setattr(owner, name, value)


cdef void _item_back(object thing, const uint64_t *words) noexcept:
    owner, key, value = <tuple>thing
    try:
        if (<dict>owner)[key] is value:
            del (<dict>owner)[key]
    except Exception:  # it is gone already
        pass


def set_item(dict owner, key, value):
    """owner[key] = value for a key that is new, which a call that fails takes back."""
    if prepare():
        thing = (owner, key, value)
        owner[key] = value
        note(_item_back, thing, NULL)
    else:
        owner[key] = value


cdef void _last_back(object thing, const uint64_t *words) noexcept:
    owner, item = <tuple>thing
    if (<list>owner) and (<list>owner)[len(<list>owner) - 1] is item:
        (<list>owner).pop()


def append(list owner, item):
    """owner.append(item), which a call that fails takes back."""
    if prepare():
        thing = (owner, item)
        owner.append(item)
        note(_last_back, thing, NULL)
    else:
        owner.append(item)


cdef void _source_back(object thing, const uint64_t *words) noexcept:
    """Call restore(source, before) until no signal's handler ends it."""
    restore, source, before = <tuple>thing
    while True:
        try:
            restore(source, before)
            break
        except Exception:
            break
        except BaseException:
            continue


def note_source(restore, source, before):
    """If the call fails, call restore(source, before): for what only Python code can put back."""
    if prepare():
        note(_source_back, (restore, source, before), NULL)


cdef class Cell:
    """A value that threads replace by others, without a lock that could be left shut."""

    cdef object _value

    def __init__(self, value):
        self._value = value

    @property
    def value(self):
        with cython.critical_section(self):
            return self._value

    def exchange(self, before, after):
        """Put `after` in the place of `before`, and say whether that was still there.

        A call that fails takes it back.
        """
        cdef bint noted = prepare()
        thing = (self, before, after) if noted else None
        with cython.critical_section(self):
            if self._value is not before:
                return False
            self._value = after
        if noted:
            note(_cell_back, thing, NULL)
        return True


cdef void _cell_back(object thing, const uint64_t *words) noexcept:
    cell, before, after = <tuple>thing
    with cython.critical_section(cell):
        if (<Cell>cell)._value is after:
            (<Cell>cell)._value = before


cdef class Put:
    """Let a ContextVar hold a value, for a ``with`` block.

    Entering and leaving are one piece each, so that no signal's handler leaves it set.  If the call
    fails that the block is in, the variable has its value back.  A block inside of this one that
    was ended just before it could leave is left first.
    """

    cdef object _variable
    cdef object _value
    cdef object _token
    cdef Py_ssize_t _at

    def __init__(self, variable, value):
        self._variable = variable
        self._value = value

    def __enter__(self):
        cdef bint noted = prepare()
        self._token = set_value(self._variable, self._value)
        self._at = -1
        if noted:
            self._at = (<Log *>log_of_thread).count
            note(_put_back, self, NULL)

    def __exit__(self, kind, value, trace):
        token, self._token = self._token, None
        _leave_inside(self)
        self._variable.reset(token)


cdef void _leave_inside(Put put) noexcept:
    """Leave the blocks noted after this one, the last one first."""
    cdef Log *log = <Log *>log_of_thread
    cdef Py_ssize_t at
    if log == NULL or put._at < 0 or put._at >= log.count:
        return
    if log.entries[put._at].thing != <PyObject *>put:  # another call's log
        return
    for at in range(log.count - 1, put._at, -1):
        if log.entries[at].undo == _put_back:
            _put_back(<object>log.entries[at].thing, NULL)


cdef void _put_back(object put, const uint64_t *words) noexcept:
    if (<Put>put)._token is not None:
        try:
            (<Put>put).__exit__(None, None, None)
        except Exception:  # entered in another context
            pass


cdef void _nothing(object thing, const uint64_t *words) noexcept:
    pass


def _built(function, args):
    cdef Log *log = <Log *>log_of_thread
    cdef Py_ssize_t mark = log.count, at
    cdef undo_function undo
    result = function(*args)
    for at in range(log.count - 1, mark - 1, -1):
        undo = log.entries[at].undo
        if undo not in (_attribute_back, _item_back, _last_back, _put_back):
            log.entries[at].undo = _nothing
            undo(<object>log.entries[at].thing, log.entries[at].words)
    return result


_build = whole(_built)


def built(function, *args):
    """function(*args), which builds a graph; what drew while it was tried goes back."""
    return _build(function, args)
