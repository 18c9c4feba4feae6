/* self_test_compiled_table.h: compiled functions' numbers, for self_test_compiled.c.
 *
 * Written by tests/makers/make_self_test_compiled.py; do not edit.
 * NEWEST: TensorFlow 2.21.0
 * UNFUSED: TensorFlow 2.21.0
 * EARLY: TensorFlow 2.15.1
 * REORDERED: TensorFlow 2.6.5
 */
/* Whether the maker's processor has AVX512-FP16. */
#define SELF_TEST_HALF_ONCE 1
/* form, kind, dtype, sum */
#define SELF_TEST_COMPILED(X)                                                                      \
    X(NEWEST, UNIFORM, FLOAT16, 0x3b70eef5c3a50487u)                                               \
    X(NEWEST, UNIFORM, BFLOAT16, 0x22991643f79e4c14u)                                              \
    X(NEWEST, UNIFORM, FLOAT32, 0xf9e9074dabab72c1u)                                               \
    X(NEWEST, UNIFORM, FLOAT64, 0x4ddf5d0b23970fbfu)                                               \
    X(NEWEST, NORMAL, FLOAT16, 0x07aa2178d5948320u)                                                \
    X(NEWEST, NORMAL, BFLOAT16, 0xb82349d673e28f69u)                                               \
    X(NEWEST, NORMAL, FLOAT32, 0x37af1fd8d9a84e5fu)                                                \
    X(NEWEST, NORMAL, FLOAT64, 0x25eaf52e0816d9f1u)                                                \
    X(NEWEST, TRUNCATED_NORMAL, FLOAT16, 0x58fb782fd86d2dccu)                                      \
    X(NEWEST, TRUNCATED_NORMAL, BFLOAT16, 0x20a2a9fc73441192u)                                     \
    X(NEWEST, TRUNCATED_NORMAL, FLOAT32, 0x7c4812526682cdf6u)                                      \
    X(NEWEST, TRUNCATED_NORMAL, FLOAT64, 0x5ae6d0cb9bd09aeau)                                      \
    X(NEWEST, BOUNDED_NORMAL, FLOAT32, 0x0b38ca03633ace92u)                                        \
    X(NEWEST, BOUNDED_NORMAL, FLOAT64, 0x5687f2438fe54881u)                                        \
    X(NEWEST, GUMBEL, FLOAT32, 0x94983e4a405cca54u)                                                \
    X(NEWEST, GUMBEL, FLOAT64, 0x4b503387638023eeu)                                                \
    X(UNFUSED, NORMAL, FLOAT32, 0x37af1fd8d9a84e5fu)                                               \
    X(UNFUSED, TRUNCATED_NORMAL, FLOAT32, 0xeb940b644d92f37au)                                     \
    X(EARLY, TRUNCATED_NORMAL, FLOAT32, 0x7c4812526682cdf6u)                                       \
    X(EARLY, TRUNCATED_NORMAL, FLOAT64, 0x5ae6d0cb9bd09aeau)                                       \
    X(REORDERED, NORMAL, FLOAT32, 0x37af1fd8d9a84e5fu)
