import Glibc

/// A library that stands before the C library and has one call fail, as a kernel or a sandbox does that lacks it.
///
/// Which call, with which numbers in it and with which errno is in the environment of the process that it is loaded
/// into.
enum RefusingLibrary {
  /// Where it is; nil where there is no compiler.
  static let path: String? = {
    let source = folder.write(text, as: "refuse.c")
    let library = folder.newPath("refuse.so")
    for compiler in ["cc", "gcc", "clang"] {
      let words = ["-shared", "-fPIC", "-O1", "-o", library, source]
      guard let child = try? ChildProcess(compiler, words, in: folder), child.waitForExit() == "exit 0" else {
        continue
      }
      return library
    }
    return nil
  }()

  /// What comes before a command that is to run with it.
  static func prefix(_ environment: [String]) -> [String] { ["env", "LD_PRELOAD=\(path ?? "")"] + environment }

  private static let folder = TemporaryFolder()

  /// `REFUSE_CALL=accept` means both accept(2) and accept4(2), so that neither takes the other's place. `REFUSE_FIRST`
  /// and `REFUSE_SECOND` are numbers behind the descriptor, such as the level and the name of an option; the first
  /// `REFUSE_AFTER` calls are let through, and no more than `REFUSE_TIMES` are refused.
  private static let text = """
    #define _GNU_SOURCE
    #include <dirent.h>
    #include <dlfcn.h>
    #include <errno.h>
    #include <fcntl.h>
    #include <sched.h>
    #include <stdarg.h>
    #include <stdatomic.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/epoll.h>
    #include <sys/inotify.h>
    #include <sys/resource.h>
    #include <sys/socket.h>
    #include <sys/types.h>

    static int number(const char *name, int none) { char *text = getenv(name); return text ? atoi(text) : none; }
    static int is(const char *name, int value) { return !getenv(name) || number(name, 0) == value; }

    static int refuses(const char *call, int first, int second) {
      static atomic_int calls;
      char *refused = getenv("REFUSE_CALL");
      if (!refused || strcmp(refused, call) || !is("REFUSE_FIRST", first) || !is("REFUSE_SECOND", second)) return 0;
      int made = atomic_fetch_add(&calls, 1) - number("REFUSE_AFTER", 0);
      if (made < 0 || made >= number("REFUSE_TIMES", 1 << 30)) return 0;
      errno = number("REFUSE_ERRNO", ENOSYS);
      return 1;
    }

    #define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

    ssize_t splice(int a, off64_t *b, int c, off64_t *d, size_t n, unsigned f) {
      return refuses("splice", 0, 0) ? -1 : REAL(splice)(a, b, c, d, n, f);
    }
    int socket(int domain, int type, int protocol) {
      return refuses("socket", domain, 0) ? -1 : REAL(socket)(domain, type, protocol);
    }
    int setsockopt(int s, int level, int name, const void *value, socklen_t length) {
      return refuses("setsockopt", level, name) ? -1 : REAL(setsockopt)(s, level, name, value, length);
    }
    int getsockopt(int s, int level, int name, void *value, socklen_t *length) {
      return refuses("getsockopt", level, name) ? -1 : REAL(getsockopt)(s, level, name, value, length);
    }
    int accept4(int s, struct sockaddr *address, socklen_t *length, int flags) {
      return refuses("accept4", 0, 0) || refuses("accept", 0, 0) ? -1 : REAL(accept4)(s, address, length, flags);
    }
    int accept(int s, struct sockaddr *address, socklen_t *length) {
      return refuses("accept", 0, 0) ? -1 : REAL(accept)(s, address, length);
    }
    int bind(int s, const struct sockaddr *address, socklen_t length) {
      return refuses("bind", 0, 0) ? -1 : REAL(bind)(s, address, length);
    }
    ssize_t recv(int s, void *bytes, size_t count, int flags) {
      return refuses("recv", 0, 0) ? -1 : REAL(recv)(s, bytes, count, flags);
    }
    ssize_t send(int s, const void *bytes, size_t count, int flags) {
      // Number 0 takes nothing, as no kernel does.
      if (refuses("send", 0, 0)) return errno ? -1 : 0;
      return REAL(send)(s, bytes, count, flags);
    }
    int shutdown(int s, int how) { return refuses("shutdown", 0, 0) ? -1 : REAL(shutdown)(s, how); }
    int connect(int s, const struct sockaddr *address, socklen_t length) {
      return refuses("connect", 0, 0) ? -1 : REAL(connect)(s, address, length);
    }
    int epoll_ctl(int e, int action, int s, struct epoll_event *event) {
      return refuses("epoll_ctl", action, 0) ? -1 : REAL(epoll_ctl)(e, action, s, event);
    }
    int epoll_wait(int e, struct epoll_event *events, int count, int milliseconds) {
      return refuses("epoll_wait", 0, 0) ? -1 : REAL(epoll_wait)(e, events, count, milliseconds);
    }
    int getsockname(int s, struct sockaddr *address, socklen_t *length) {
      return refuses("getsockname", 0, 0) ? -1 : REAL(getsockname)(s, address, length);
    }
    int getpeername(int s, struct sockaddr *address, socklen_t *length) {
      return refuses("getpeername", 0, 0) ? -1 : REAL(getpeername)(s, address, length);
    }
    int pipe2(int *ends, int flags) { return refuses("pipe2", 0, 0) ? -1 : REAL(pipe2)(ends, flags); }
    int eventfd(unsigned count, int flags) { return refuses("eventfd", 0, 0) ? -1 : REAL(eventfd)(count, flags); }
    int inotify_init1(int flags) { return refuses("inotify_init1", 0, 0) ? -1 : REAL(inotify_init1)(flags); }
    int sched_getaffinity(pid_t p, size_t n, cpu_set_t *set) {
      return refuses("sched_getaffinity", 0, 0) ? -1 : REAL(sched_getaffinity)(p, n, set);
    }
    int setrlimit64(__rlimit_resource_t kind, const struct rlimit64 *limit) {
      return refuses("setrlimit", 0, 0) ? -1 : REAL(setrlimit64)(kind, limit);
    }
    int setrlimit(__rlimit_resource_t kind, const struct rlimit *limit) {
      return refuses("setrlimit", 0, 0) ? -1 : REAL(setrlimit)(kind, limit);
    }
    DIR *opendir(const char *name) { return refuses("opendir", 0, 0) ? NULL : REAL(opendir)(name); }
    int pthread_setname_np(unsigned long thread, const char *name) {
      return refuses("pthread_setname_np", 0, 0)
          ? errno : ((int (*)(unsigned long, const char *))dlsym(RTLD_NEXT, "pthread_setname_np"))(thread, name);
    }
    int mallopt(int option, int value) {
      return refuses("mallopt", 0, 0) ? 0 : ((int (*)(int, int))dlsym(RTLD_NEXT, "mallopt"))(option, value);
    }
    int ioctl(int d, unsigned long request, ...) {
      va_list rest;
      va_start(rest, request);
      void *argument = va_arg(rest, void *);
      va_end(rest);
      if (refuses("ioctl", (int)request, 0)) return -1;
      return ((int (*)(int, unsigned long, void *))dlsym(RTLD_NEXT, "ioctl"))(d, request, argument);
    }
    int fcntl(int d, int command, ...) {
      va_list rest;
      va_start(rest, command);
      void *argument = va_arg(rest, void *);
      va_end(rest);
      if (refuses("fcntl", command, 0)) return -1;
      return ((int (*)(int, int, void *))dlsym(RTLD_NEXT, "fcntl"))(d, command, argument);
    }
    int fcntl64(int d, int command, ...) {
      va_list rest;
      va_start(rest, command);
      void *argument = va_arg(rest, void *);
      va_end(rest);
      if (refuses("fcntl", command, 0)) return -1;
      return ((int (*)(int, int, void *))dlsym(RTLD_NEXT, "fcntl64"))(d, command, argument);
    }
    long syscall(long call, ...) {
      long a[6];
      va_list rest;
      va_start(rest, call);
      for (int i = 0; i < 6; i++) a[i] = va_arg(rest, long);
      va_end(rest);
      if (refuses("syscall", (int)call, 0)) return -1;
      return ((long (*)(long, ...))dlsym(RTLD_NEXT, "syscall"))(call, a[0], a[1], a[2], a[3], a[4], a[5]);
    }

    """
}
