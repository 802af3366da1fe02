import CPorxyLinux
import PorxyCore

extension Readiness {
  /// Translates the mask of poll and epoll.
  init(kernelMask: Int32) {
    let mask = UInt32(bitPattern: kernelMask)
    let bits: [(EPOLL_EVENTS, Readiness)] = [
      (EPOLLIN, .readable), (EPOLLOUT, .writable), (EPOLLRDHUP, .peerEnded), (EPOLLHUP, .hungUp), (EPOLLERR, .failed),
      (EPOLLPRI, .urgent),
    ]
    self = []
    for (bit, readiness) in bits where mask & bit.rawValue != 0 { insert(readiness) }
  }
}
