/* pool.c: the threads behind pool.h (POSIX; elsewhere the caller works alone). */
#if !defined(_WIN32)
#define _POSIX_C_SOURCE 200809L
#endif
#include <stddef.h>
#include <time.h>

#include "pool.h"

#define MOST_HELPERS 255

void tfphilox_job_cancel(tfphilox_job *job) { atomic_store(&job->taken, job->count); }

static int do_piece(tfphilox_job *job) {
    uint64_t at = atomic_fetch_add(&job->taken, job->piece);
    if (at >= job->count) {
        tfphilox_job_cancel(job); /* the count, lest it grow without end */
        return 0;
    }
    uint64_t n = job->count - at < job->piece ? job->count - at : job->piece;
    int status = job->work(job->context, at, n);
    if (status != 0) {
        atomic_store(&job->status, status);
        tfphilox_job_cancel(job);
    }
    return atomic_load(&job->taken) < job->count;
}

static double seconds_now(void) {
    struct timespec t;
#if defined(_WIN32)
    timespec_get(&t, TIME_UTC);
#else
    clock_gettime(CLOCK_MONOTONIC, &t);
#endif
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int tfphilox_job_run(tfphilox_job *job, double seconds) {
    double end = seconds_now() + seconds;
    while (do_piece(job))
        if (seconds_now() >= end)
            return 1;
    return 0;
}

#if defined(_WIN32)

static void ask_for_help(tfphilox_job *job) { job->wanted = 0; }
int tfphilox_job_finish(tfphilox_job *job) { return atomic_load(&job->status); }

#else

#include <pthread.h>
#include <signal.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work = PTHREAD_COND_INITIALIZER; /* a job wants helpers */
static pthread_cond_t done = PTHREAD_COND_INITIALIZER; /* a helper left a job */
static tfphilox_job *jobs;                             /* those that may still want helpers */
static int helpers, idle;

static void *help(void *unused) {
    (void)unused;
    pthread_mutex_lock(&lock);
    for (;;) {
        tfphilox_job *job = jobs;
        while (job != NULL && job->wanted == 0)
            job = job->next;
        if (job == NULL) {
            idle++;
            pthread_cond_wait(&work, &lock);
            idle--;
            continue;
        }
        job->wanted--;
        job->helping++;
        pthread_mutex_unlock(&lock);
        while (do_piece(job))
            ;
        pthread_mutex_lock(&lock);
        if (--job->helping == 0)
            pthread_cond_broadcast(&done);
    }
    return NULL;
}

/* A fork copies the pool's memory but none of its threads. */
static void before_fork(void) { pthread_mutex_lock(&lock); }
static void after_fork_in_parent(void) { pthread_mutex_unlock(&lock); }
static void after_fork_in_child(void) {
    pthread_mutex_init(&lock, NULL);
    pthread_cond_init(&work, NULL);
    pthread_cond_init(&done, NULL);
    jobs = NULL;
    helpers = idle = 0;
}

static void start_helpers(int number) {
    static int prepared;
    if (!prepared) {
        pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
        prepared = 1;
    }
    sigset_t all, old; /* signals are for the threads that Python knows */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    for (; number > 0 && helpers < MOST_HELPERS; number--, helpers++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, help, NULL) != 0)
            break; /* fewer helpers: slower, not wrong */
        pthread_detach(thread);
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void ask_for_help(tfphilox_job *job) {
    pthread_mutex_lock(&lock);
    start_helpers(job->wanted - idle);
    job->next = jobs;
    jobs = job;
    int wanted = job->wanted; /* helpers count it down as soon as they may */
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < wanted; i++)
        pthread_cond_signal(&work);
}

int tfphilox_job_finish(tfphilox_job *job) {
    if (!job->shared)
        return atomic_load(&job->status);
    pthread_mutex_lock(&lock);
    for (tfphilox_job **at = &jobs; *at != NULL; at = &(*at)->next)
        if (*at == job) {
            *at = job->next;
            break;
        }
    while (job->helping > 0)
        pthread_cond_wait(&done, &lock);
    pthread_mutex_unlock(&lock);
    return atomic_load(&job->status);
}

#endif

void tfphilox_job_start(tfphilox_job *job, tfphilox_work *work, const void *context, uint64_t count,
                        uint64_t piece, int threads) {
    /* The pieces beyond the caller's first: a lone piece is the caller's, who answers signals. */
    uint64_t others = piece && count ? (count - 1) / piece : 0;
    job->work = work;
    job->context = context;
    job->count = count;
    job->piece = piece;
    atomic_init(&job->taken, 0);
    atomic_init(&job->status, 0);
    job->helping = 0;
    job->next = NULL;
    job->wanted = (uint64_t)threads > others ? (int)others : threads - 1;
    job->shared = job->wanted > 0;
    if (job->shared)
        ask_for_help(job);
}
