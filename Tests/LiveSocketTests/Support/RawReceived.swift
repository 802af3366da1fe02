/// The outcome of one receive on a raw socket.
enum RawReceived: Equatable {
  case bytes([UInt8])
  case end
  case failed(Int32)

  static func text(_ text: String) -> RawReceived { .bytes(Array(text.utf8)) }
}
