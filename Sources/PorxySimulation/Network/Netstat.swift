/// What the kernels of a network, or of one host, hold: for checkers that want nothing left, and for people.
public struct Netstat: Sendable, Equatable {
  /// Sockets that exist in a kernel, with or without an owner.
  public var sockets = 0
  /// Those of them that nobody has a descriptor of, and no listener has in a queue.
  public var orphans = 0
  /// Sockets in a listener's queues.
  public var queued = 0
  public var listeners = 0
  /// Descriptors of processes.
  public var descriptors = 0
  /// Conduits that are out.
  public var conduits = 0
  /// Timers that run.
  public var timers = 0
}
