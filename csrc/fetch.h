/* fetch.h: memory asked for before it is needed.
 *
 * Where addresses are known some steps ahead, the processor can bring their memory meanwhile.  It
 * changes no result; a compiler that has no word for it does without.
 *
 * What it does not do: know how far ahead pays; that depends on the loop.
 */
#ifndef TFPHILOX_FETCH_H
#define TFPHILOX_FETCH_H

#if defined(__GNUC__)
#define FETCH_TO_READ(address)       __builtin_prefetch(address, 0, 0) /* once */
#define FETCH_TO_WRITE(address)      __builtin_prefetch(address, 1, 0) /* once */
#define FETCH_TO_READ_SOON(address)  __builtin_prefetch(address, 0, 3) /* into the first cache */
#define FETCH_TO_WRITE_SOON(address) __builtin_prefetch(address, 1, 3)
#else
#define FETCH_TO_READ(address)       ((void)0)
#define FETCH_TO_WRITE(address)      ((void)0)
#define FETCH_TO_READ_SOON(address)  ((void)0)
#define FETCH_TO_WRITE_SOON(address) ((void)0)
#endif

#endif
