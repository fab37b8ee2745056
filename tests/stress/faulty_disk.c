/* Preloaded into a process: calls that touch files below FAULTY_BELOW fail with EIO, from the FAULTY_AFTER-th on. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int seen;

static int is_due(const char *call, const char *path) {
    const char *wanted = getenv("FAULTY_CALL"), *below = getenv("FAULTY_BELOW"), *after = getenv("FAULTY_AFTER");
    if (!wanted || !below || strcmp(wanted, call) || strncmp(path, below, strlen(below)))
        return 0;
    return __sync_add_and_fetch(&seen, 1) > (after ? atoi(after) : 0);
}

static int is_due_for(const char *call, int file) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0)
        return 0;
    path[size] = 0;
    return is_due(call, path);
}

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))
#define FAIL { errno = EIO; return -1; }

ssize_t write(int file, const void *from, size_t size) {
    if (is_due_for("write", file)) FAIL
    return REAL(ssize_t, "write", int, const void *, size_t)(file, from, size);
}
ssize_t pwrite64(int file, const void *from, size_t size, off64_t at) {
    if (is_due_for("write", file)) FAIL
    return REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t)(file, from, size, at);
}
ssize_t read(int file, void *to, size_t size) {
    if (is_due_for("read", file)) FAIL
    return REAL(ssize_t, "read", int, void *, size_t)(file, to, size);
}
ssize_t pread64(int file, void *to, size_t size, off64_t at) {
    if (is_due_for("read", file)) FAIL
    return REAL(ssize_t, "pread64", int, void *, size_t, off64_t)(file, to, size, at);
}
int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    if ((flags & O_CREAT) && is_due("create", path)) FAIL
    return REAL(int, "open64", const char *, int, ...)(path, flags, mode);
}
int rename(const char *from, const char *to) {
    if (is_due("rename", to)) FAIL
    return REAL(int, "rename", const char *, const char *)(from, to);
}
int fsync(int file) {
    if (is_due_for("sync", file)) FAIL
    return REAL(int, "fsync", int)(file);
}
