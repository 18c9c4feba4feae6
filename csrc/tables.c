/* tables.c: the numbers of the tables that the headers of math/ declare.
 */
#define TFPHILOX_TABLES_HERE

#include "math/exp_table.h"
#include "math/log_tables.h"
#include "math/pow_table.h"
#include "math/sincos_table.h"
