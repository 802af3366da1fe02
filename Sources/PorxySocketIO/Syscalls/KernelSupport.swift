package import PorxyCore

/// What the kernel's sockets can do, asked of a socket made for the question.
package enum KernelSupport {
  /// The errno with which the kernel refuses a congestion control by its name; 0 if it has it and allows it, or if
  /// there is no socket to ask it with.
  package static func refusal(ofCongestion name: String) -> Int32 {
    var number = Syscalls.socket(.v4)
    if number < 0 { number = Syscalls.socket(.v6) }
    guard number >= 0 else { return 0 }
    let socket = Descriptor(owning: number)
    return -min(Syscalls.choose(congestion: name, for: socket.number), 0)
  }

  /// Whether an address is one of this machine's own.
  package static func isOwn(_ address: IPAddress) -> Bool {
    address.isLoopback || address.isAny || Syscalls.isOwn(address)
  }

  /// Whether several workers can listen at one port; told in the log by who meets it next.
  package static var canSharePorts: Bool {
    let number = Syscalls.socket(.v4)
    guard number >= 0 else { return true }
    let socket = Descriptor(owning: number)
    return Syscalls.reusePort(of: socket.number) >= 0
  }
}
