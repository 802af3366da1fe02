extension ServerSocket {
  /// A listener on a port that the kernel gives to no connection, so that it is free again once this is closed.
  static func reserved() throws -> ServerSocket {
    for _ in 0..<100 {
      if let free = try? ServerSocket(port: .random(in: 15_000...32_000)) { return free }
    }
    return try ServerSocket()
  }
}
