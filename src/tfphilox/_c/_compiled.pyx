# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
"""The numbers of compiled functions: buffers in, the GIL off, status codes made exceptions.

No arithmetic is done here, and no rule of TensorFlow's is known.
"""

import numpy as np

cimport numpy as cnp
from libc.stdint cimport uint32_t, uint64_t

from tfphilox._c cimport _core
from tfphilox._c._core import refuse
from tfphilox._c._core cimport tfphilox_dtype, tfphilox_fill_spec, tfphilox_target

cnp.import_array()

cdef extern from "compiled.h" nogil:
    ctypedef enum tfphilox_compiled_kind:
        TFPHILOX_COMPILED_UNIFORM
        TFPHILOX_COMPILED_NORMAL
        TFPHILOX_COMPILED_TRUNCATED_NORMAL
        TFPHILOX_COMPILED_BOUNDED_NORMAL
        TFPHILOX_COMPILED_GUMBEL
    ctypedef enum tfphilox_form:
        TFPHILOX_FORM_NEWEST
        TFPHILOX_FORM_UNFUSED
        TFPHILOX_FORM_REORDERED
        TFPHILOX_FORM_EARLY
    ctypedef struct tfphilox_compiled_spec:
        tfphilox_compiled_kind kind
        tfphilox_dtype dtype
        tfphilox_form form
        uint64_t key
        uint64_t[2] counter
        const uint32_t *words
        uint64_t distance
        uint64_t count
        int half_once
        const double *laws
        uint64_t batches
        int scaled
        double mul
        double add
        int (*fill)(const tfphilox_fill_spec *, uint64_t, uint64_t, void *) noexcept nogil
    ctypedef struct tfphilox_compiled_choice:
        tfphilox_compiled_spec gumbel
        uint64_t samples
        uint64_t classes
        const void *logits
        tfphilox_dtype dtype
    const int TFPHILOX_LAW_ROWS
    ctypedef struct tfphilox_compiled:
        int (*fill)(const tfphilox_compiled_spec *, uint64_t, uint64_t, void *) noexcept nogil
        int (*choose)(const tfphilox_compiled_choice *, uint64_t, uint64_t, void *) noexcept nogil
        int (*laws)(
            tfphilox_dtype, int, const double *, uint64_t, double *
        ) noexcept nogil
        int (*float32_math)(char, tfphilox_form, uint32_t, uint32_t, float *) noexcept nogil
    const tfphilox_compiled *tfphilox_compiled_named(const char *)

cdef extern from "self_test.h" nogil:
    const char *tfphilox_wrong_compiled(const tfphilox_target *, const tfphilox_compiled *)

cdef dict KINDS = {
    "uniform": TFPHILOX_COMPILED_UNIFORM,
    "normal": TFPHILOX_COMPILED_NORMAL,
    "truncated_normal": TFPHILOX_COMPILED_TRUNCATED_NORMAL,
    "bounded_normal": TFPHILOX_COMPILED_BOUNDED_NORMAL,
    "gumbel": TFPHILOX_COMPILED_GUMBEL,
}
cdef dict FORMS = {
    "newest": TFPHILOX_FORM_NEWEST,
    "unfused": TFPHILOX_FORM_UNFUSED,
    "reordered": TFPHILOX_FORM_REORDERED,
    "early": TFPHILOX_FORM_EARLY,
}

# From here on a second thread pays for its wake-up; what one piece of work is.
cdef enum: SHARED = 1 << 17
cdef enum: PIECE = 1 << 14


cdef const tfphilox_target *_target(str isa) except NULL:
    """The instruction set in use, or a named one, for tests."""
    cdef const tfphilox_target *target = _core.current()
    cdef int i = 0
    if isa is not None:
        target = _core.available(0)
        while target != NULL and target.name.decode() != isa:
            i += 1
            target = _core.available(i)
        if target == NULL:
            raise ValueError(f"no instruction set {isa!r} here")
    return target


cdef const char *_wrong = tfphilox_wrong_compiled(
    _core.current(), tfphilox_compiled_named(_core.current().name)
)
if _wrong != NULL:
    refuse(f"{_wrong.decode()} numbers")


ctypedef struct _Fill:
    const tfphilox_compiled *kernels
    const tfphilox_compiled_spec *spec
    const tfphilox_compiled_choice *choice
    void *out


cdef int _fill_piece(const void *context, uint64_t first, uint64_t count) noexcept nogil:
    cdef const _Fill *f = <const _Fill *>context
    return f.kernels.fill(f.spec, first, count, f.out)


cdef int _choose_piece(const void *context, uint64_t first, uint64_t count) noexcept nogil:
    cdef const _Fill *f = <const _Fill *>context
    return f.kernels.choose(f.choice, first, count, f.out)


cdef int _begin(
    tfphilox_compiled_spec *spec, str kind, dtype, str form, key, counter, cnp.ndarray words
) except -1:
    spec.kind = KINDS[kind]
    spec.dtype = <tfphilox_dtype>_core.dtype_code(dtype)
    spec.form = FORMS[form]
    spec.key = key
    spec.counter[0] = counter & 0xFFFFFFFFFFFFFFFF
    spec.counter[1] = counter >> 64
    spec.words = NULL if words is None else <const uint32_t *>cnp.PyArray_DATA(words)
    spec.distance = 1
    spec.count = 0
    spec.half_once = 0
    spec.laws = NULL
    spec.batches = 1
    spec.scaled = 0
    spec.mul = 1.0
    spec.add = 0.0
    return 0


def fill(
    str kind,
    cnp.ndarray out,
    str form,
    key,
    counter,
    cnp.ndarray words=None,
    uint64_t distance=1,
    uint64_t pairs=0,
    scale=None,
    bint half_once=False,
    cnp.ndarray laws=None,
    int threads=0,
    str isa=None,
):
    """Fill a contiguous array of floats with numbers of a kind, in a form of `compiled.h`.

    Normals come in `pairs` pairs, whose members are `distance` elements apart.  `words` are those of
    another generator, contiguous uint32, as many as the elements (or pairs) take; None for Philox
    by key and counter.  `scale` is the pair (mul, add), or None.  `laws` are those of bounded normals.
    """
    cdef tfphilox_compiled_spec spec
    cdef _Fill context
    cdef const tfphilox_target *target = _target(isa)
    cdef uint64_t items = out.size
    _begin(&spec, kind, out.dtype, form, key, counter, words)
    spec.fill = target.fill
    spec.distance = distance
    spec.count = items
    spec.half_once = half_once
    if spec.kind == TFPHILOX_COMPILED_NORMAL:
        items = pairs
    if spec.kind == TFPHILOX_COMPILED_BOUNDED_NORMAL:
        if laws is None:
            raise TypeError("bounded normals need laws")
        spec.laws = <const double *>cnp.PyArray_DATA(laws)
        spec.batches = laws.shape[1]
    if scale is not None:
        spec.scaled = 1
        spec.mul, spec.add = scale
    context.kernels = tfphilox_compiled_named(target.name)
    context.spec = &spec
    context.choice = NULL
    context.out = cnp.PyArray_DATA(out)
    if _core.run(_fill_piece, &context, items, PIECE, SHARED, threads):
        raise TypeError("the C core does not make this kind of number in this dtype")


def choose(
    cnp.ndarray logits,
    cnp.ndarray out,
    str form,
    key,
    counter,
    cnp.ndarray words=None,
    int threads=0,
    str isa=None,
):
    """out[row, sample] = the class whose logit less its Gumbel number is the greatest.

    Both are contiguous; logits[row, class] are bfloat16, float32 or float64, out int32 or int64.
    """
    cdef tfphilox_compiled_choice choice
    cdef _Fill context
    cdef const tfphilox_target *target = _target(isa)
    _begin(&choice.gumbel, "gumbel", logits.dtype, form, key, counter, words)
    choice.gumbel.fill = target.fill
    choice.samples = out.shape[1]
    choice.classes = logits.shape[1]
    choice.logits = cnp.PyArray_DATA(logits)
    choice.dtype = <tfphilox_dtype>_core.dtype_code(out.dtype)
    context.kernels = tfphilox_compiled_named(target.name)
    context.spec = NULL
    context.choice = &choice
    context.out = cnp.PyArray_DATA(out)
    cdef uint64_t classes = choice.classes
    cdef uint64_t piece = max(<uint64_t>1, PIECE // classes)
    cdef uint64_t shared = max(<uint64_t>1, SHARED // classes)
    if _core.run(_choose_piece, &context, out.size, piece, shared, threads):
        raise TypeError(f"no categorical numbers of logits of {logits.dtype}")


def laws(cnp.ndarray parameters, dtype, bint literal, str isa=None):
    """Return the laws of bounded normals, as `compiled.h` has them, of parameters in four rows."""
    cdef cnp.ndarray rows = np.ascontiguousarray(parameters, np.float64)
    cdef cnp.ndarray made = np.empty((TFPHILOX_LAW_ROWS, rows.shape[1]))
    cdef const tfphilox_compiled *kernels = tfphilox_compiled_named(_target(isa).name)
    if kernels.laws(
        <tfphilox_dtype>_core.dtype_code(dtype), literal,
        <const double *>cnp.PyArray_DATA(rows), rows.shape[1], <double *>cnp.PyArray_DATA(made),
    ):
        raise TypeError(f"no normals within bounds of {dtype}")
    return made


def float_math(str name, str form, str isa):
    """A float32 function of a form at each of its 2^23 inputs, for the proof; see compiled.h."""
    cdef cnp.ndarray out = np.empty(1 << 23, np.float32)
    cdef char function = ord(name[0])
    if tfphilox_compiled_named(_target(isa).name).float32_math(
        function, FORMS[form], 0, 1 << 23, <float *>cnp.PyArray_DATA(out)
    ):
        raise ValueError(f"no float32 function {name!r}: log, sin, cos, truncated, gumbel")
    return out
