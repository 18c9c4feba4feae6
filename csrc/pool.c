/* pool.c: the threads behind pool.h (POSIX; elsewhere the caller works alone). */
#if !defined(_WIN32)
#define _POSIX_C_SOURCE 200809L
#endif
#include <stddef.h>
#include <time.h>

#include "pool.h"

#define MOST_HELPERS 255
/* How long a helper looks for the next job, and a caller for its helpers' last pieces, before
 * going to sleep: about what a wake-up costs where an idle processor is the host's. */
#define SPIN_SECONDS 1e-4

/* The pieces [first, end) that nobody has taken, in one word. */
static uint64_t pieces(uint64_t first, uint64_t end) { return end << 32 | first; }

void tfphilox_job_cancel(tfphilox_job *job) { atomic_store(&job->left, 0); }

/* The caller takes pieces from the front and helpers from the back: where a buffer is filled again
 * each finds most of its memory in its own cache. */
static int do_piece(tfphilox_job *job, int helper) {
    uint64_t left = atomic_load(&job->left), first, end, rest;
    do {
        first = left & 0xFFFFFFFFu;
        end = left >> 32;
        if (first >= end)
            return 0;
        rest = helper ? pieces(first, end - 1) : pieces(first + 1, end);
    } while (!atomic_compare_exchange_weak(&job->left, &left, rest));
    uint64_t at = (helper ? end - 1 : first) * job->piece;
    int status =
        job->work(job->context, at, job->count - at < job->piece ? job->count - at : job->piece);
    if (status != 0) {
        atomic_store(&job->status, status);
        tfphilox_job_cancel(job);
    }
    return end - first > 1;
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
    while (do_piece(job, 0))
        if (seconds_now() >= end)
            return 1;
    return 0;
}

#if defined(_WIN32)

static void ask_for_help(tfphilox_job *job) { job->wanted = 0; }
int tfphilox_job_finish(tfphilox_job *job) { return atomic_load(&job->status); }

#else

#include <pthread.h>
#include <sched.h>
#include <signal.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t call = PTHREAD_COND_INITIALIZER; /* a job wants helpers */
static pthread_cond_t done = PTHREAD_COND_INITIALIZER; /* a helper left a job */
static tfphilox_job *jobs;                             /* those that may still want helpers */
static int helpers, idle;
static int busy;            /* helpers at work on any job */
static _Atomic int forking; /* helpers begin no piece; written under the lock */
static _Atomic int asked;   /* how often helpers were */

static void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* Wait, awake, for a while: whether the value has changed. */
static int changes(_Atomic int *value, int from) {
    double end = seconds_now() + SPIN_SECONDS;
    for (int i = 1; atomic_load(value) == from; i++) {
        pause_briefly();
        if (i % 64 == 0) {
            sched_yield(); /* to whom it waits for, where processors are scarce */
            if (seconds_now() >= end)
                return 0;
        }
    }
    return 1;
}

static void *help(void *unused) {
    (void)unused;
    int tired = 0; /* has looked for a job long enough */
    pthread_mutex_lock(&lock);
    for (;;) {
        tfphilox_job *job = jobs;
        while (job != NULL && (job->wanted == 0 || atomic_load(&forking)))
            job = job->next;
        if (job == NULL) {
            idle++;
            if (tired) {
                pthread_cond_wait(&call, &lock);
                tired = 0;
            } else {
                int seen = atomic_load(&asked);
                pthread_mutex_unlock(&lock);
                tired = !changes(&asked, seen);
                pthread_mutex_lock(&lock);
            }
            idle--;
            continue;
        }
        tired = 0;
        job->wanted--;
        job->helping++;
        busy++;
        pthread_mutex_unlock(&lock);
        int more = 1;
        while (more && !atomic_load(&forking))
            more = do_piece(job, 1);
        pthread_mutex_lock(&lock);
        job->wanted += more; /* called away by a fork */
        busy--;
        if (--job->helping == 0)
            pthread_cond_broadcast(&done);
    }
    return NULL;
}

/* A fork copies the pool's memory but none of its threads, and the thread that forks may be in the
 * middle of a job: Python's handlers of signals run there.  So helpers first end the pieces that
 * they have begun and leave their jobs: what is left of a job the child can do alone. */
static void before_fork(void) {
    pthread_mutex_lock(&lock);
    atomic_store(&forking, 1);
    while (busy > 0)
        pthread_cond_wait(&done, &lock);
}
static void after_fork_in_parent(void) {
    atomic_store(&forking, 0);
    atomic_fetch_add(&asked, 1);
    pthread_cond_broadcast(&call);
    pthread_mutex_unlock(&lock);
}
static void after_fork_in_child(void) {
    pthread_mutex_init(&lock, NULL);
    pthread_cond_init(&call, NULL);
    pthread_cond_init(&done, NULL);
    jobs = NULL;
    helpers = idle = 0;
    atomic_store(&forking, 0);
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
    atomic_fetch_add(&asked, 1);
    int wanted = job->wanted; /* helpers count it down as soon as they may */
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < wanted; i++)
        pthread_cond_signal(&call);
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
    pthread_mutex_unlock(&lock);
    for (int n; (n = atomic_load(&job->helping)) > 0 && changes(&job->helping, n);)
        ;
    pthread_mutex_lock(&lock);
    while (job->helping > 0)
        pthread_cond_wait(&done, &lock);
    pthread_mutex_unlock(&lock);
    return atomic_load(&job->status);
}

#endif

void tfphilox_job_start(tfphilox_job *job, tfphilox_work *work, const void *context, uint64_t count,
                        uint64_t piece, int threads) {
    /* The pieces beyond the caller's first: a lone piece is the caller's, who answers signals. */
    while (count / piece >= 1u << 31)
        piece *= 2;
    uint64_t others = count ? (count - 1) / piece : 0;
    job->work = work;
    job->context = context;
    job->count = count;
    job->piece = piece;
    atomic_init(&job->left, pieces(0, count ? others + 1 : 0));
    atomic_init(&job->status, 0);
    atomic_init(&job->helping, 0);
    job->next = NULL;
    job->wanted = (uint64_t)threads > others ? (int)others : threads - 1;
    job->shared = job->wanted > 0;
    if (job->shared)
        ask_for_help(job);
}
