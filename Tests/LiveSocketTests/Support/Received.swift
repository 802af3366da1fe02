/// The outcome of one receive on a raw socket.
enum Received: Equatable {
  case bytes([UInt8])
  case end
  case failed(Int32)

  static func text(_ text: String) -> Received { .bytes(Array(text.utf8)) }
}
