/* pool.h: one piece of work shared by several threads.
 *
 * A job is a range of items cut into pieces that any thread may take; the caller takes
 * them too, so a job ends even where no helper ever comes, and many callers cannot block
 * each other.  Helpers start once, sleep when there has been nothing to do for a
 * tenth of a millisecond, and are forgotten in the child of a fork, where they do not exist.  A
 * fork waits for the pieces that helpers have begun; a job in whose middle its own thread forks
 * goes on in both processes.
 *
 *     tfphilox_job job;
 *     tfphilox_job_start(&job, work, context, count, piece, threads);
 *     while (tfphilox_job_run(&job, 0.01))
 *         ...  // pieces are left: a place to look for signals, or to cancel
 *     status = tfphilox_job_finish(&job);
 *
 * What it does not do: decide how many threads are good; know what the work is.
 */
#ifndef TFPHILOX_POOL_H
#define TFPHILOX_POOL_H

#include "platform.h" /* first: it says what <stdatomic.h> needs */

#include <stdatomic.h>
#include <stdint.h>

/* Do items [first, first + count); 0, or a status that ends the job. */
typedef int tfphilox_work(const void *context, uint64_t first, uint64_t count);

typedef struct tfphilox_job {
    tfphilox_work *work;
    const void *context;
    uint64_t count, piece;
    _Atomic uint64_t left; /* pieces that nobody has taken: the first, and from bit 32 the end */
    _Atomic int status, helping; /* helpers at work; written under the pool's lock */
    int wanted;                  /* helpers still asked for; under the pool's lock */
    int shared;                  /* whether helpers may know of it */
    struct tfphilox_job *next;
} tfphilox_job;

/* Begin; threads counts the caller.  context must outlive the job. */
void tfphilox_job_start(tfphilox_job *job, tfphilox_work *work, const void *context, uint64_t count,
                        uint64_t piece, int threads);
/* Work for about so many seconds; whether pieces are left. */
int tfphilox_job_run(tfphilox_job *job, double seconds);
/* No further piece is begun. */
void tfphilox_job_cancel(tfphilox_job *job);
/* Wait for the pieces begun by helpers; the first status that was not 0, or 0. */
int tfphilox_job_finish(tfphilox_job *job);

#endif
