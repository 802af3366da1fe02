import CPorxyLinux
import PorxyCore

extension Readiness {
  /// Translates epoll's mask.
  init(epoll mask: UInt32) {
    var readiness: Readiness = []
    if mask & EPOLLIN.rawValue != 0 { readiness.insert(.readable) }
    if mask & EPOLLOUT.rawValue != 0 { readiness.insert(.writable) }
    if mask & EPOLLRDHUP.rawValue != 0 { readiness.insert(.peerEnded) }
    if mask & EPOLLHUP.rawValue != 0 { readiness.insert(.hungUp) }
    if mask & EPOLLERR.rawValue != 0 { readiness.insert(.failed) }
    if mask & EPOLLPRI.rawValue != 0 { readiness.insert(.urgent) }
    self = readiness
  }
}
