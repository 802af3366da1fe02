import Glibc

/// The soft limit on this process's descriptors.
enum DescriptorLimit {
  static var current: UInt {
    get { limit().rlim_cur }
    set {
      var limit = limit()
      limit.rlim_cur = newValue
      unsafe setrlimit(resource, &limit)
    }
  }

  private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }

  private static func limit() -> rlimit {
    var limit = rlimit()
    unsafe getrlimit(resource, &limit)
    return limit
  }
}
