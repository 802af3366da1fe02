import PorxyCore

extension EpollTransport {
  /// The bounds and habits of one transport.
  public struct Options: Sendable {
    /// Asks before binding whether somebody else listens there, which SO_REUSEPORT would hide. For a process's first
    /// worker; the others would find the first.
    public var probesPorts = true
    /// Bytes of a `.block`.
    public var blockSize = Limits().blockSize
    /// Small buffers lent at a time.
    public var buffersMax = 1 << 20
    /// Large buffers lent at a time.
    public var blocksMax = 1024
    /// Pipes at a time, idle ones among them; each takes two descriptors.
    public var pipesMax = 1024
    /// Buffers that are kept even if nobody borrows, so that a quiet proxy needs no timer for them.
    public var idleBuffersMin = 8
    /// Buffers kept for the next borrower.
    public var idleBuffersMax = 256
    /// Large buffers kept for the next borrower.
    public var idleBlocksMax = 16
    /// Pipes kept for the next borrower.
    public var idlePipesMax = 32
    /// How long idle conduits wait for a borrower; after twice as long at most, they are gone.
    public var idleLifetime = Duration.milliseconds(100)
    /// How long to look for an event before sleeping, where that is likely to pay; nil: not at all.
    public var spin: Duration?

    public init() {}
  }
}
