import PorxyCore

extension Network {
  /// Counts what one host holds, or all of them.
  public func netstat(_ host: HostID? = nil) -> Netstat {
    var stat = Netstat()
    for slot in blocks.indices where blocks[slot].host != .none && (host == nil || blocks[slot].host == host) {
      stat.sockets += 1
      if blocks[slot].listener != .max {
        stat.queued += 1
      } else if !blocks[slot].isOpen {
        stat.orphans += 1
      }
      if blocks[slot].timers.next != .max { stat.timers += 1 }
    }
    for index in hosts.indices where host == nil || host == HostID(index) {
      stat.listeners += hosts[index].listeners.count
      stat.descriptors += hosts[index].descriptors
      stat.conduits += hosts[index].conduits.reduce(0, +)
    }
    return stat
  }

  /// The most sockets that existed at a time.
  package var socketsMax: Int { blocks.count }

  /// One line a socket, by slot: host, state, ends, and what is in its queues.
  public func socketTable() -> String {
    var lines: [String] = []
    for slot in blocks.indices where blocks[slot].host != .none {
      let block = blocks[slot]
      let owner = block.isOpen ? "" : block.listener == .max ? " orphan" : " queued"
      let error = block.pending.map { " error \($0)" } ?? ""
      lines.append(
        "\(hosts[block.host.index].name) \(block.state)\(owner) :\(block.local.port) -> "
          + "\(block.peerHost == .none ? "-" : hosts[block.peerHost.index].name):\(block.remote.port) "
          + "stream \(String(block.stream, radix: 16)) readable \(block.readable) queued \(block.queued)"
          + " unsent \(block.outEnd - min(block.sent, block.outEnd))\(error)")
    }
    return lines.joined(separator: "\n")
  }

  /// Looks through everything for what must not be: bytes that are nobody's, a hole, bytes behind an end.
  ///
  /// Returns what is wrong, in a sentence each; empty when all is well. Takes time in proportion to the sockets.
  public func check() -> [String] {
    var complaints: [String] = []
    for slot in blocks.indices where blocks[slot].host != .none {
      let block = blocks[slot]
      let name = "\(hosts[block.host.index].name) stream \(String(block.stream, radix: 16))"
      if block.read > block.arrivedBytes { complaints.append("\(name): received what has not arrived") }
      if inbound[slot].count < block.readable { complaints.append("\(name): a hole in what has arrived") }
      if block.arrivedBytes > block.edge { complaints.append("\(name): more has arrived than there was room for") }
      if block.acknowledged > max(block.sent, block.written) {
        complaints.append("\(name): acknowledged what was not sent")
      }
      if let peer = live(block.peer), block.state.isSynchronized, blocks[peer].state.isSynchronized {
        if inbound[slot].count != blocks[peer].written - block.read {
          complaints.append("\(name): under way is not what was written less what was received")
        }
        if block.arrivedBytes > blocks[peer].written { complaints.append("\(name): arrived what was not written") }
        if block.hasSeenEnd, !blocks[peer].endIsQueued { complaints.append("\(name): an end that nobody sent") }
        if block.hasSeenEnd, block.arrivedBytes != blocks[peer].written {
          complaints.append("\(name): an end before the last byte")
        }
      }
    }
    return complaints
  }
}
