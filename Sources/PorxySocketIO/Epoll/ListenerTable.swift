import PorxyCore

/// The transport's listeners; few, and never reused.
struct ListenerTable: ~Copyable {
  /// -1 once closed.
  private var descriptors: [Int32] = []

  deinit {
    for descriptor in descriptors where descriptor >= 0 { Syscalls.close(descriptor) }
  }

  /// What the next listener to be inserted will be called.
  var nextID: ListenerID { ListenerID(rawValue: UInt32(descriptors.count)) }

  mutating func insert(_ descriptor: Int32) {
    descriptors.append(descriptor)
  }

  /// Forgets the listener; the descriptor is the caller's again.
  mutating func remove(_ listener: ListenerID) -> Int32 {
    let descriptor = self[listener]
    descriptors[Int(listener.rawValue)] = -1
    return descriptor
  }

  /// The descriptor of an open listener.
  subscript(_ listener: ListenerID) -> Int32 {
    let descriptor = descriptors[Int(listener.rawValue)]
    invariant(descriptor >= 0, "a listener is not used after its close")
    return descriptor
  }
}
