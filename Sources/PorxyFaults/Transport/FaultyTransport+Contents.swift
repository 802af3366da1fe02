import PorxyCore

// What faults make of the bytes themselves: they look at what a client says first, and change a byte where a line asks
// for that.
extension FaultyTransport where Base: ~Copyable {
  // MARK: Keys

  /// Bytes of a client's stream until a fault of its session knows enough of it.
  func untilKey(_ place: Int) -> UInt64 {
    guard sockets[place].side == .client, sockets[place].session != .max else { return .max }
    return faults(of: sockets[place].session).reduce(UInt64.max) { most, fault in
      guard fault.isPending, let length = plan.faults[fault.place].planned.sessions.keyLength else { return most }
      return min(most, max(1, UInt64(length) - min(sockets[place].position, UInt64(length))))
    }
  }

  /// Bytes of a client's stream have come; those faults are decided that wanted to know no more.
  mutating func listen(to conduit: Conduit, of session: UInt32) {
    guard session != .max, var known = sessions[Int(session)], known.faults.contains(where: \.isPending) else { return }
    var spoken = known.spoken
    base.peek(conduit) { bytes in
      for place in bytes.indices { spoken.add(bytes[place]) }
    }
    known.spoken = spoken
    known.faults = known.faults.compactMap { fault in
      let planned = plan.faults[fault.place].planned
      guard fault.isPending, spoken.count >= planned.sessions.keyLength ?? 0 else { return fault }
      guard plan.isDrawn(planned, known.listener, spoken.value) else { return nil }
      var fault = fault
      (fault.isPending, fault.key) = (false, spoken.value)
      return fault
    }
    sessions[Int(session)] = known
    // The other side may have waited for nothing.
    for place in sockets.indices where sockets[place].isUsed && sockets[place].session == session {
      arm(place, at: base.now)
    }
  }

  // MARK: Damage

  /// Changes a bit of the first byte.
  mutating func corrupt(_ conduit: inout Conduit, of place: Int, by fault: Int) {
    var bytes: [UInt8] = []
    base.peek(conduit) { contents in
      bytes.reserveCapacity(contents.count)
      for place in contents.indices { bytes.append(contents[place]) }
    }
    guard !bytes.isEmpty, var other = base.borrowConduit(conduit.kind) else { return }
    bytes[0] ^= 1
    guard base.fill(&other, with: bytes.span) else { return base.returnConduit(other) }
    base.discardConduit(conduit)
    conduit = other
    let session = sockets[place].session
    sessions[Int(session)]?.faults[fault].isDone = true
    meet(fault, of: session, at: sockets[place].position)
  }
}
