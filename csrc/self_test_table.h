/* self_test_table.h: numbers of TensorFlow's, for self_test.c.
 *
 * Written by tests/makers/make_self_test.py; do not edit.
 * TensorFlow 2.21.0, NumPy 2.4.6, Python 3.11.7, glibc 2.36, x86_64.
 */
#define SELF_TEST_KEY 0xa4093822299f31d0u
#define SELF_TEST_COUNTER                                                                          \
    { 0x452821e638d01377u, 0x082efa98ec4e6c89u }
#define SELF_TEST_FIRST   3
#define SELF_TEST_COUNT   70
#define SELF_TEST_OUTPUTS 21
#define SELF_TEST_SEED                                                                             \
    { 20, 21 }
#define SELF_TEST_PAIR                                                                             \
    { 0xc40bba580fd30711u, 0x5757a82294dcb4aeu }

/* kind, dtype, low, range, sum */
#define SELF_TEST_FILLS(X)                                                                         \
    X(WORDS, UINT32, 0, 0u, 0x77d22b58d2292d6bu)                                                   \
    X(UNIFORM, FLOAT16, 0, 0u, 0xd6322ae35c239903u)                                                \
    X(UNIFORM, BFLOAT16, 0, 0u, 0xe24462e4394cf761u)                                               \
    X(UNIFORM, FLOAT32, 0, 0u, 0xffc953a22e90f11fu)                                                \
    X(UNIFORM, FLOAT64, 0, 0u, 0xbba52c248b2608c9u)                                                \
    X(NORMAL, FLOAT16, 0, 0u, 0xd0b83e3ab86326f3u)                                                 \
    X(NORMAL, BFLOAT16, 0, 0u, 0x711c4e7c4d3b83b7u)                                                \
    X(NORMAL, FLOAT32, 0, 0u, 0x67a9ad1f862a1728u)                                                 \
    X(NORMAL, FLOAT64, 0, 0u, 0xdcdb6e4f54e4e0b7u)                                                 \
    X(TRUNCATED_NORMAL, FLOAT16, 0, 0u, 0xa09ffd74c1715729u)                                       \
    X(TRUNCATED_NORMAL, BFLOAT16, 0, 0u, 0xa73ea1a33adc7d68u)                                      \
    X(TRUNCATED_NORMAL, FLOAT32, 0, 0u, 0x85c239c2d6614298u)                                       \
    X(TRUNCATED_NORMAL, FLOAT64, 0, 0u, 0x6284e3c7aed8bf59u)                                       \
    X(INTEGERS, INT32, 0, 0u, 0x77d22b58d2292d6bu)                                                 \
    X(INTEGERS, INT64, 0, 0u, 0xad91c2a3c1eb36ceu)                                                 \
    X(INTEGERS, UINT32, 0, 0u, 0x77d22b58d2292d6bu)                                                \
    X(INTEGERS, UINT64, 0, 0u, 0xad91c2a3c1eb36ceu)                                                \
    X(INTEGERS, INT32, -1000, 2001u, 0xa16867557cbbaf4cu)                                          \
    X(INTEGERS, INT64, -1000000000000000, 2000000000000007u, 0xa58ffef0102d6830u)

#define SELF_TEST_GAMMA          0x3bb12556ed19a37du
#define SELF_TEST_POISSON        0x903660e56b10a50fu
#define SELF_TEST_BINOMIAL       0x8d52b1418e80a50fu
#define SELF_TEST_CATEGORICAL    0x0ca9ef0f469a4ea9u
#define SELF_TEST_BOUNDED_NORMAL 0xc99d3b8fe480c70du
#define SELF_TEST_CLASSES        0xd6072c6d745bc760u
