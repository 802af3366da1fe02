/// One timer for each small number, set, moved and cancelled in constant time.
///
/// A hierarchical wheel (Varghese and Lauck, 1987; the arithmetic is tokio's): six levels of 64 slots, the finest a
/// tick of 2^20 ns wide, each next one 64 times wider. A timer rests in the level of the highest bit in which its tick
/// differs from now, and falls to finer levels as its time comes near, at most five times. One further ahead than a
/// rotation of the coarsest level, 2.28 years, rests in the last slot of that rotation, once for each. A timer fires at
/// its instant or up to a tick later, never earlier.
@usableFromInline
struct TimerWheel {
  @usableFromInline
  struct Node {
    @usableFromInline var next: UInt32 = TimerWheel.none
    @usableFromInline var previous: UInt32 = TimerWheel.none
    /// When it fires, in ticks, of which the clock has 2^44; above it the slot whose list it is in.
    private var tickAndSlot = UInt64(Node.unset) << Node.tickWidth

    private static let tickWidth: UInt64 = 48
    /// In place of a slot: the timer is not set.
    static let unset = UInt16.max

    @usableFromInline init() {}

    var tick: UInt64 {
      get { tickAndSlot & (1 << Self.tickWidth - 1) }
      set { tickAndSlot = UInt64(slot) << Self.tickWidth | newValue }
    }

    var slot: UInt16 {
      get { UInt16(tickAndSlot >> Self.tickWidth) }
      set { tickAndSlot = UInt64(newValue) << Self.tickWidth | tick }
    }

    var isSet: Bool { slot != Self.unset }
  }

  @usableFromInline static let none = UInt32.max
  private static let tickBits: UInt64 = 20
  private static let levels = 6
  /// The furthest ahead that a slot stands for one point of time.
  private static let aheadMax: UInt64 = 1 << 36 - 1
  /// The clock's last tick.
  private static let clockMax: UInt64 = .max >> tickBits

  private var nodes: [Node] = []
  private var heads = [UInt32](repeating: Self.none, count: Self.levels * 64)
  private var occupied = [UInt64](repeating: 0, count: Self.levels)
  /// The tick up to which everything has fired.
  private var elapsed: UInt64 = 0
  /// Timers that are set.
  private(set) var count = 0

  @usableFromInline
  init() {}

  /// Sets the timer, wherever it was before.
  @usableFromInline
  mutating func set(_ timer: UInt32, at instant: Instant) {
    if Int(timer) >= nodes.count {
      nodes.append(contentsOf: repeatElement(Node(), count: Int(timer) + 1 - nodes.count))
    }
    if nodes[Int(timer)].isSet { unlink(timer) }
    nodes[Int(timer)].tick = max(instant.nanoseconds >> Self.tickBits + 1, elapsed + 1)
    link(timer)
  }

  /// Does nothing if the timer is not set.
  @usableFromInline
  mutating func cancel(_ timer: UInt32) {
    guard Int(timer) < nodes.count, nodes[Int(timer)].isSet else { return }
    unlink(timer)
  }

  /// When `expire` is to be called next; never later than the first timer.
  @usableFromInline
  var nextDeadline: Instant {
    // Behind the clock's end nothing fires.
    guard let (_, tick) = nextSlot, tick <= Self.clockMax else { return .never }
    return Instant(nanoseconds: tick << Self.tickBits)
  }

  /// Takes one timer whose time has come; nil: no further one.
  @usableFromInline
  mutating func expire(at now: Instant) -> UInt32? {
    let nowTick = now.nanoseconds >> Self.tickBits
    // bound: each round fires a timer or moves some to a finer level
    while let (slot, tick) = nextSlot, tick <= nowTick {
      if slot < 64 {
        let timer = heads[slot]
        unlink(timer)
        // The slot may hold more: they fire before time goes on.
        if occupied[0] & (1 << UInt64(slot)) == 0 { elapsed = max(elapsed, tick) }
        return timer
      }
      elapsed = max(elapsed, tick)
      cascade(slot)
    }
    elapsed = max(elapsed, min(nowTick, nextSlot.map { $0.tick - 1 } ?? nowTick))
    return nil
  }

  /// The first occupied slot, and the tick at which it is due.
  private var nextSlot: (slot: Int, tick: UInt64)? {
    guard count > 0 else { return nil }
    for level in 0..<Self.levels where occupied[level] != 0 {
      let shift = UInt64(level * 6)
      // Above the finest level, the slot that lasts was emptied when it began: a timer in it is one of the coarsest
      // level's next rotation, behind those in all other slots.
      let first = (elapsed >> shift) & 63 + (level == 0 ? 0 : 1)
      let ahead = UInt64((occupied[level] >> first | occupied[level] << (64 - first)).trailingZeroBitCount)
      let slot = (first + ahead) & 63
      let width = UInt64(1) << shift
      let turn = width << 6
      var tick = elapsed / turn * turn + slot * width
      if slot < first { tick += turn }
      return (level * 64 + Int(slot), tick)
    }
    return nil
  }

  /// Moves all timers of a coarse slot whose time has come to finer levels.
  private mutating func cascade(_ slot: Int) {
    // bound: the slot's timers, none of which comes back to it: it lasts from now on, or a timer goes to the one before
    while heads[slot] != Self.none {
      let timer = heads[slot]
      unlink(timer)
      link(timer)
    }
  }

  /// Puts the timer into the slot that its time is in, or into the last one ahead.
  private mutating func link(_ timer: UInt32) {
    let tick = min(nodes[Int(timer)].tick, elapsed + Self.aheadMax)
    let differing = (tick ^ elapsed) | 63
    let level = min((63 - differing.leadingZeroBitCount) / 6, Self.levels - 1)
    let index = Int((tick >> UInt64(level * 6)) & 63)
    let slot = level * 64 + index
    let head = heads[slot]
    nodes[Int(timer)].slot = UInt16(slot)
    nodes[Int(timer)].previous = Self.none
    nodes[Int(timer)].next = head
    if head != Self.none { nodes[Int(head)].previous = timer }
    heads[slot] = timer
    occupied[level] |= 1 << UInt64(index)
    count += 1
  }

  private mutating func unlink(_ timer: UInt32) {
    let node = nodes[Int(timer)]
    let slot = Int(node.slot)
    if node.previous != Self.none {
      nodes[Int(node.previous)].next = node.next
    } else {
      heads[slot] = node.next
      if node.next == Self.none { occupied[slot / 64] &= ~(1 << UInt64(slot % 64)) }
    }
    if node.next != Self.none { nodes[Int(node.next)].previous = node.previous }
    nodes[Int(timer)].slot = Node.unset
    count -= 1
  }
}
