import Glibc

/// A network namespace: a host of its own, with its own devices, addresses and connections.
struct Namespace: Sendable {
  let name: String

  /// What comes before a command that is to run in it.
  var prefix: [String] { ["ip", "netns", "exec", name] }

  /// Runs the body on a thread that lives in the namespace, and nowhere else. A socket made there stays there.
  func enter<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
    let path = "/run/netns/\(name)"
    let outcome = Outcome<Value>()
    Thread { outcome.settle { try Self.enter(path, body) } }.join()
    return try outcome.get()
  }

  private static func enter<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SocketFailure(call: "open \(path)", code: errno) }
    defer { close(descriptor) }
    guard setns(descriptor, 0x4000_0000 /* CLONE_NEWNET */) == 0 else {
      throw SocketFailure(call: "setns \(path)", code: errno)
    }
    return try body()
  }
}

/// Glibc shows it to C with _GNU_SOURCE only.
@_silgen_name("setns")
private func setns(_ descriptor: Int32, _ kind: Int32) -> Int32
