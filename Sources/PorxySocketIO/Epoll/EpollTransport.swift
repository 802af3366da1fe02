import CPorxyLinux
public import PorxyCore
import PorxyRuntime

/// Linux sockets: edge-triggered epoll, one registration a socket, splice and recv for the bytes.
///
/// Belongs to one thread; `mailbox` is the way in for all others. The process must ignore SIGPIPE before bytes move,
/// because splice(2) has no other way to be spared it.
public struct EpollTransport: Transport, ~Copyable {
  public internal(set) var now: Instant
  /// Wakes the transport from any thread.
  public let mailbox: Mailbox

  let epoll: Descriptor
  let options: Options
  var reserve: ReserveDescriptor
  var batch: EventBatch
  var sockets: SocketTable
  var listeners: ListenerTable
  var buffers: BufferPool
  var blocks: BufferPool
  var pipes: PipePool
  var inbox: Inbox
  var spinner: Spinner
  /// Those that the machine has.
  private let processors: Int
  /// When idle conduits are looked through next.
  var trimAt = Instant.never
  var resolutionsAsked: UInt64 = 0
  var diagnosis: DiagnosisDescriptor

  /// In epoll's user data, the mailbox; listeners have their index there. Sockets have a generation above 0.
  private static let mailboxData = UInt64(UInt32.max)

  public init(_ options: Options = Options()) throws(TransportError) {
    let epoll = Descriptor(owning: try Self.check(Syscalls.epoll(), during: "epoll"))
    let mailbox = Mailbox(try Self.openBell())
    let isWatched = Syscalls.add(source: mailbox.descriptor, to: epoll.number, data: Self.mailboxData)
    _ = try Self.check(isWatched, during: "epoll")
    self.epoll = epoll
    self.mailbox = mailbox
    self.options = options
    reserve = ReserveDescriptor()
    batch = EventBatch()
    sockets = SocketTable()
    listeners = ListenerTable()
    buffers = BufferPool(
      size: Limits.bufferSize, lentMax: options.buffersMax, idleMin: options.idleBuffersMin,
      idleMax: options.idleBuffersMax, kind: .buffer)
    blocks = BufferPool(
      size: options.blockSize, lentMax: options.blocksMax, idleMin: 0, idleMax: options.idleBlocksMax, kind: .block)
    pipes = PipePool(pipesMax: options.pipesMax, idleMax: options.idlePipesMax)
    inbox = Inbox()
    diagnosis = DiagnosisDescriptor()
    spinner = Spinner(options.spin)
    processors = SystemInfo.onlineProcessorCount
    now = Syscalls.clock()
  }

  public mutating func wait(until wanted: Instant) {
    invariant(inbox.isEmpty, "all events of a turn are taken before the next wait")
    // There is something to tell at once.
    let deadline = Syscalls.hasUntoldCall ? now : wanted
    if trimAt == .never, hasIdleConduits { trimAt = now + options.idleLifetime }
    let lifetime = spinner.begin(afterEvents: batch.count, at: now) { Syscalls.isCrowded(processors) }
    if let lifetime, deadline > now, spin(lifetime, deadline) { return }
    repeat {  // bound: the deadline; it comes round early only to trim, and to trim less each time
      batch.fill(from: epoll.number, timeout: Self.timeout(until: min(deadline, trimAt), asOf: now))
      now = Syscalls.clock()
      if now >= trimAt { trimConduits() }
    } while batch.isEmpty && now < deadline
  }

  public var isBatchFull: Bool { batch.isFull }

  public mutating func nextEvent() -> Event? {
    if let event = inbox.next() { return event }
    if Syscalls.hasUntoldCall, let (call, failure) = Syscalls.takeUntoldCall() { return .refused(call, failure) }
    while let event = batch.next() {  // bound: the events of a batch
      let slot = UInt32(truncatingIfNeeded: event.data)
      let generation = UInt32(truncatingIfNeeded: event.data >> 32)
      if generation == 0 {
        guard event.data == Self.mailboxData else { return .acceptable(ListenerID(rawValue: slot)) }
        inbox.fill(from: mailbox)
        if let event = inbox.next() { return event }
      } else if let event = note(Readiness(epoll: event.mask), of: SocketID(slot: slot, generation: generation)) {
        return event
      }
    }
    return nil
  }

  /// Looks for events without sleeping; false when none came, and it is time to sleep.
  private mutating func spin(_ lifetime: Duration, _ deadline: Instant) -> Bool {
    let begun = Syscalls.clock()
    let end = min(begun + lifetime, deadline)
    repeat {  // bound: the end
      batch.fill(from: epoll.number, timeout: 0)
      now = Syscalls.clock()
    } while batch.isEmpty && now < end
    spinner.end(found: !batch.isEmpty, after: now.since(begun))
    return !batch.isEmpty
  }

  private var hasIdleConduits: Bool { buffers.hasIdle || blocks.hasIdle || pipes.hasIdle }

  /// Lets go of the conduits that were kept for nothing.
  private mutating func trimConduits() {
    buffers.trim()
    blocks.trim()
    pipes.trim()
    reserve.refill()
    trimAt = hasIdleConduits ? now + options.idleLifetime : .never
  }

  /// Translates what epoll says of a socket; nil when it tells nothing: the socket was closed meanwhile, or its attempt
  /// has no outcome yet.
  private mutating func note(_ readiness: Readiness, of socket: SocketID) -> Event? {
    guard sockets.holds(socket) else { return nil }
    let entry = unsafe sockets[socket]
    unsafe entry.pointee.note(readiness)
    if unsafe entry.pointee.traits.contains(.connecting) { return finishConnecting(socket, readiness) }
    return .ready(socket, readiness)
  }

  /// The turn may have lasted, so a deadline ahead is measured from now, not from its beginning.
  private static func timeout(until deadline: Instant, asOf now: Instant) -> Int64 {
    guard deadline > now else { return 0 }
    guard deadline < .never else { return -1 }
    return Int64(clamping: deadline.since(Syscalls.clock()).nanoseconds)
  }

  private static func openBell() throws(TransportError) -> Bell {
    let ends = Syscalls.bell()
    return Bell(watched: try check(ends.watched, during: "eventfd"), rung: ends.rung)
  }

  static func check(_ result: Int32, during operation: StaticString) throws(TransportError) -> Int32 {
    guard result >= 0 else { throw TransportError(Failure(errno: -result), during: operation) }
    return result
  }
}

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
