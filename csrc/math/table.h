/* table.h: large tables, once in a library.
 *
 * The kernels are compiled once for each instruction set and each function's table is read by
 * several of them.  Headers so declare the tables of a kilobyte and more, and tables.c has their
 * numbers; a program of one source may define TFPHILOX_TABLES_HERE instead.  Small tables stay in
 * the headers: a compiler makes constants of their numbers.
 */
#ifndef TFPHILOX_TABLE_H
#define TFPHILOX_TABLE_H

#include "../platform.h"

#if defined(TFPHILOX_TABLES_HERE)
#define TABLES_HERE 1
#define LARGE_TABLE const
#elif defined(__GNUC__) && !defined(_WIN32)
#define TABLES_HERE 0
#define LARGE_TABLE extern __attribute__((visibility("hidden"))) const
#else
#define TABLES_HERE 0
#define LARGE_TABLE extern const
#endif

#endif
