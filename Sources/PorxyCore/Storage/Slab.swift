/// A table that grows in chunks: values keep their place, freed places are used again, the last freed first.
///
/// Use an array where values may move; here a million of them are added without copying one.
@usableFromInline @safe
struct Slab<Element>: ~Copyable {
  @usableFromInline typealias Chunk = UnsafeMutablePointer<Element>

  @usableFromInline static var chunkBits: UInt32 { 9 }
  @usableFromInline static var chunkSize: UInt32 { 1 << chunkBits }

  @usableFromInline var chunks: [Chunk] = unsafe []
  /// Whether a place holds a value, a bit each.
  @usableFromInline var occupied: [UInt64] = []
  @usableFromInline var freed: [UInt32] = []
  /// Places that were ever used; all beyond hold nothing.
  @usableFromInline var extent: UInt32 = 0
  /// Values in the table.
  @usableFromInline var count = 0

  @usableFromInline
  init() {}

  @inlinable
  deinit {
    for index in 0..<extent where contains(index) {
      unsafe address(of: index).deinitialize(count: 1)
    }
    for index in unsafe chunks.indices { unsafe chunks[index].deallocate() }
  }

  @inlinable
  subscript(index: UInt32) -> Element {
    _read {
      invariant(contains(index), "a slab is asked for what it holds")
      yield unsafe address(of: index).pointee
    }
    _modify {
      invariant(contains(index), "a slab is asked for what it holds")
      yield unsafe &address(of: index).pointee
    }
  }

  @inlinable
  func contains(_ index: UInt32) -> Bool {
    index < extent && occupied[Int(index >> 6)] & (1 << UInt64(index & 63)) != 0
  }

  /// Puts a value in a free place and says which.
  @inlinable
  mutating func insert(_ element: Element) -> UInt32 {
    let index = freed.popLast() ?? grow()
    unsafe address(of: index).initialize(to: element)
    occupied[Int(index >> 6)] |= 1 << UInt64(index & 63)
    count += 1
    return index
  }

  /// Takes a value out; its place may be used by the next `insert`.
  @inlinable
  mutating func remove(_ index: UInt32) {
    invariant(contains(index), "a slab frees what it holds")
    unsafe address(of: index).deinitialize(count: 1)
    occupied[Int(index >> 6)] &= ~(1 << UInt64(index & 63))
    freed.append(index)
    count -= 1
  }

  @inlinable
  func address(of index: UInt32) -> UnsafeMutablePointer<Element> {
    unsafe chunks[Int(index >> Self.chunkBits)] + Int(index & (Self.chunkSize - 1))
  }

  @usableFromInline
  mutating func grow() -> UInt32 {
    let index = extent
    extent += 1
    if index & (Self.chunkSize - 1) == 0 { unsafe chunks.append(Chunk.allocate(capacity: Int(Self.chunkSize))) }
    if index & 63 == 0 { occupied.append(0) }
    return index
  }
}
