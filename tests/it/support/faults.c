/* A file system that fails: loaded before the program (LD_PRELOAD), it counts the calls that change something below
 * FAULT_UNDER and lets the one with the number FAULT_AT go wrong.
 *
 * FAULT_KIND: count  nothing goes wrong; the number of calls is written to FAULT_COUNT at the end
 *             kill   the process is killed before the call
 *             eio    this one call fails with an input/output error
 *             full   this call and all later ones that need room fail: the disk is full and stays full
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;
static const char *under, *kind;
static long at;

__attribute__((constructor)) static void begin(void) {
    under = getenv("FAULT_UNDER");
    kind = getenv("FAULT_KIND");
    const char *number = getenv("FAULT_AT");
    at = number ? atol(number) : 0;
}

__attribute__((destructor)) static void end(void) {
    const char *path = getenv("FAULT_COUNT");
    if (!path || !kind || strcmp(kind, "count")) return;
    FILE *file = fopen(path, "w");
    if (!file) return;
    fprintf(file, "%ld\n", (long)calls);
    fclose(file);
}

static int is_watched(const char *path) {
    return under && path && !strncmp(path, under, strlen(under));
}

static int is_open_there(int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_watched(path);
}

/* Whether a call goes wrong; errno then says how. */
static int fails(int needs_room) {
    long now = atomic_fetch_add(&calls, 1) + 1;
    if (!kind || !at || now < at) return 0;
    if (!strcmp(kind, "kill") && now == at) {
        kill(getpid(), SIGKILL);
        pause();
    }
    if (!strcmp(kind, "eio") && now == at) { errno = EIO; return 1; }
    if (!strcmp(kind, "full") && needs_room) { errno = ENOSPC; return 1; }
    return 0;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPENS(name)                                                            \
    int name(const char *path, int flags, ...) {                               \
        va_list rest;                                                          \
        va_start(rest, flags);                                                 \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest);                                                          \
        int changes = flags & (O_CREAT | O_TRUNC | O_APPEND);                  \
        if (changes && is_watched(path) && fails(1)) return -1;                \
        return REAL(name)(path, flags, mode);                                  \
    }
OPENS(open)
OPENS(open64)

#define ON_FILE(type, name, room, takes, gives)                                \
    type name takes {                                                          \
        if (is_open_there(fd) && fails(room)) return -1;                       \
        return REAL(name) gives;                                               \
    }
ON_FILE(ssize_t, write, 1, (int fd, const void *bytes, size_t n), (fd, bytes, n))
ON_FILE(ssize_t, writev, 1, (int fd, const struct iovec *parts, int n), (fd, parts, n))
ON_FILE(int, fsync, 0, (int fd), (fd))
ON_FILE(int, fdatasync, 0, (int fd), (fd))
ON_FILE(int, ftruncate64, 0, (int fd, off64_t n), (fd, n))

ssize_t copy_file_range(int from, off64_t *a, int fd, off64_t *b, size_t n, unsigned flags) {
    if (is_open_there(fd) && fails(1)) return -1;
    return REAL(copy_file_range)(from, a, fd, b, n, flags);
}

#define ON_PATH(name, room, path, takes, gives)                                \
    int name takes {                                                           \
        if (is_watched(path) && fails(room)) return -1;                        \
        return REAL(name) gives;                                               \
    }
ON_PATH(rename, 0, to, (const char *from, const char *to), (from, to))
ON_PATH(symlink, 1, to, (const char *from, const char *to), (from, to))
ON_PATH(link, 1, to, (const char *from, const char *to), (from, to))
ON_PATH(linkat, 1, to, (int a, const char *from, int b, const char *to, int flags), (a, from, b, to, flags))
ON_PATH(mkdir, 1, path, (const char *path, mode_t mode), (path, mode))
ON_PATH(unlink, 0, path, (const char *path), (path))
ON_PATH(rmdir, 0, path, (const char *path), (path))
ON_PATH(chmod, 0, path, (const char *path, mode_t mode), (path, mode))

int unlinkat(int fd, const char *path, int flags) {
    if ((fd == AT_FDCWD ? is_watched(path) : is_open_there(fd)) && fails(0)) return -1;
    return REAL(unlinkat)(fd, path, flags);
}
