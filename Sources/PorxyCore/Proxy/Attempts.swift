/// The sockets of a dial that are connecting; a list without memory of its own, as long as a name has addresses.
@usableFromInline
struct Attempts {
  @usableFromInline
  struct Attempt {
    @usableFromInline let socket: SocketID
    @usableFromInline let endpoint: Endpoint

    @usableFromInline
    init(socket: SocketID, endpoint: Endpoint) {
      self.socket = socket
      self.endpoint = endpoint
    }
  }

  private var places: InlineArray<8, Attempt> = .init(
    repeating: Attempt(socket: .none, endpoint: Endpoint(.anyV4, 0)))
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

  /// Takes the attempt with this socket out and returns where it led to; nil if there is none.
  @usableFromInline
  mutating func remove(_ socket: SocketID) -> Endpoint? {
    for index in 0..<count where places[index].socket == socket {
      let endpoint = places[index].endpoint
      count -= 1
      places[index] = places[count]
      return endpoint
    }
    return nil
  }
}
