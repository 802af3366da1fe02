/// The sockets of a dial that are connecting; a list without memory of its own, as long as a name has addresses.
@usableFromInline
struct Attempts {
  @usableFromInline
  struct Attempt {
    @usableFromInline let socket: SocketID
    /// An index in the dial's addresses.
    @usableFromInline let address: UInt8

    @usableFromInline
    init(socket: SocketID, address: Int) {
      self.socket = socket
      self.address = UInt8(address)
    }
  }

  private var places: InlineArray<8, Attempt> = .init(repeating: Attempt(socket: .none, address: 0))
  @usableFromInline private(set) var count = 0

  @usableFromInline
  init() {}

  @usableFromInline
  subscript(index: Int) -> Attempt { places[index] }

  @usableFromInline
  mutating func append(_ attempt: Attempt) {
    invariant(count < places.count, "a name has no more addresses than Limits.addressesMax")
    places[count] = attempt
    count += 1
  }

  /// Takes the attempt with this socket out and returns which address it led to; nil if there is none.
  @usableFromInline
  mutating func remove(_ socket: SocketID) -> Int? {
    for index in 0..<count where places[index].socket == socket {
      let address = places[index].address
      count -= 1
      places[index] = places[count]
      return Int(address)
    }
    return nil
  }
}
