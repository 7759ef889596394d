/* Lets writes to files below a folder fail: loaded with LD_PRELOAD, the process itself says when (ctypes).

   fail_from(n, error, again): the n-th call that changes a file from now on, counted from 1, fails with `error`; with
   `again` every later one too, until n is 0. changes(): how many there were since the last fail_from. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long first = 0, seen = 0;
static int failure = 0, again = 0;

void fail_from(long n, int error, int sticky)
{
    pthread_mutex_lock(&lock);
    first = n;
    failure = error;
    again = sticky;
    seen = 0;
    pthread_mutex_unlock(&lock);
}

long changes(void)
{
    return seen;
}

static int below(const char *path)
{
    const char *folder = getenv("FAILING_FOLDER");
    return folder != NULL && strncmp(path, folder, strlen(folder)) == 0;
}

static int meant(int fd)
{
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return below(path);
}

/* Whether this change fails; errno says how. */
static int fails(void)
{
    pthread_mutex_lock(&lock);
    seen++;
    int now = first > 0 && (seen == first || (again && seen > first));
    pthread_mutex_unlock(&lock);
    if (now)
        errno = failure;
    return now;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FD(fd) (meant(fd) && fails())

ssize_t write(int fd, const void *data, size_t size)
{
    return FD(fd) ? -1 : REAL(write)(fd, data, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    return FD(fd) ? -1 : REAL(pwrite)(fd, data, size, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset)
{
    return FD(fd) ? -1 : REAL(pwrite64)(fd, data, size, offset);
}

int ftruncate(int fd, off_t size)
{
    return FD(fd) ? -1 : REAL(ftruncate)(fd, size);
}

int ftruncate64(int fd, off64_t size)
{
    return FD(fd) ? -1 : REAL(ftruncate64)(fd, size);
}

int fsync(int fd)
{
    return FD(fd) ? -1 : REAL(fsync)(fd);
}

int fdatasync(int fd)
{
    return FD(fd) ? -1 : REAL(fdatasync)(fd);
}

int mkdir(const char *path, mode_t mode)
{
    return below(path) && fails() ? -1 : REAL(mkdir)(path, mode);
}

int rename(const char *from, const char *to)
{
    return below(to) && fails() ? -1 : REAL(rename)(from, to);
}

/* Opening counts where it makes a file. */
static int makes(const char *path, int flags)
{
    return (flags & O_CREAT) && below(path) && access(path, F_OK) != 0 && fails();
}

#define OPEN(name)                                      \
    int name(const char *path, int flags, ...)          \
    {                                                   \
        va_list more;                                   \
        va_start(more, flags);                          \
        mode_t mode = va_arg(more, mode_t);             \
        va_end(more);                                   \
        return makes(path, flags) ? -1 : REAL(name)(path, flags, mode); \
    }

OPEN(open)
OPEN(open64)
