/// What `porxy top` shows: a pure function of two looks and of what a person has chosen.
struct TopScreen {
  /// The last look that came; nil before the first.
  let overview: Overview?
  let state: TopState
  /// Why there is no newer look; nil while porxy answers.
  let trouble: String?
  let rates: Rates
  let width: Int

  /// The smallest window that shows anything of use.
  private static let widthMin = 40
  private static let heightMin = 12

  init(
    _ overview: Overview?, since before: Overview? = nil, _ state: TopState = TopState(), trouble: String? = nil,
    width: Int
  ) {
    self.overview = overview
    self.state = state
    self.trouble = trouble
    // A line of the kernel's largest window is not larger.
    self.width = min(max(width, 0), 1 << 16)
    rates = Rates(overview ?? Overview(), since: before)
  }

  /// So many lines, as a window shows them.
  func lines(height: Int) -> [ScreenLine] {
    let height = min(max(height, 0), 1 << 16)
    guard width >= Self.widthMin, height >= Self.heightMin else {
      return filled([ScreenLine("the window is smaller than \(Self.widthMin)x\(Self.heightMin)")], height)
    }
    let foot = foot
    return filled(body(height - 1), height - 1) + [foot.cut(to: width)]
  }

  /// All there is, as `--once` prints it.
  var wholeLines: [ScreenLine] {
    guard let overview else { return troubleLines.map { $0.cut(to: width) } }
    let blocks = blocks(of: overview)
    let lines = head(of: overview) + blocks.flatMap { [ScreenLine()] + $0.block.lines(.max) }
    return lines.map { $0.cut(to: width) }
  }

  private func body(_ height: Int) -> [ScreenLine] {
    guard let overview else { return troubleLines }
    let head = troubleLines + head(of: overview)
    if case .detail(let id) = state.mode { return head + detail(of: id, in: overview) }
    let blocks = blocks(of: overview)
    let shares = Self.shares(of: height - head.count - blocks.count, among: blocks.map { ($0.block.wanted, $0.claim) })
    return head + zip(blocks, shares).flatMap { $0.block.lines($1) }
  }

  private func filled(_ lines: [ScreenLine], _ height: Int) -> [ScreenLine] {
    let shown = lines.prefix(height).map { $0.cut(to: width) }
    return shown + [ScreenLine](repeating: ScreenLine(), count: height - shown.count)
  }

  private var troubleLines: [ScreenLine] {
    guard let trouble else { return overview == nil ? [ScreenLine("waiting for porxy to answer")] : [] }
    return [
      ScreenLine(
        "NOT REACHABLE: \(TerminalText.harmless(trouble))" + (overview == nil ? "" : "; the last look follows"), .alarm)
    ]
  }
}

/// How the blocks share a window.
extension TopScreen {
  /// What a block shows, which decides what room it has. Those above get theirs before those below.
  enum Claim: Int {
    case sessions
    case ended
    case listeners
    case backends
    case endpoints

    /// The lines that it may count on, in that much room.
    fileprivate func sure(of room: Int) -> Int {
      switch self {
      case .sessions: max(3, room / 3)
      case .ended: max(3, room / 5)
      case .listeners, .backends: max(2, room / 6)
      case .endpoints: max(3, room / 6)
      }
    }
  }

  /// The lines of each block: what one does not need goes to the sessions first.
  static func shares(of room: Int, among blocks: [(wanted: Int, claim: Claim)]) -> [Int] {
    var left = max(room, 0)
    var shares = [Int](repeating: 0, count: blocks.count)
    let order = blocks.indices.sorted { blocks[$0].claim.rawValue < blocks[$1].claim.rawValue }
    for index in order {
      shares[index] = min(blocks[index].wanted, blocks[index].claim.sure(of: max(room, 0)), left)
      left -= shares[index]
    }
    for index in order {
      let more = min(blocks[index].wanted - shares[index], left)
      shares[index] += more
      left -= more
    }
    return shares
  }
}

/// What stands above the blocks.
extension TopScreen {
  private func head(of overview: Overview) -> [ScreenLine] {
    [process(overview.head), traffic(overview.head), stalls(overview)] + refusal(overview.head.reload)
  }

  private func process(_ head: Overview.Head) -> ScreenLine {
    var line = ScreenLine("porxy \(TerminalText.harmless(head.version))", .bold)
    line.add("  ")
    line.add(TerminalText.harmless(head.readiness), head.readiness == "ready" ? .good : .alarm)
    line.add("  up \(Quantity.age(head.up))  generation \(head.generation)")
    if let reload = head.reload, reload.refusal == nil { line.add("  reloaded \(Self.clock(reload.time))") }
    line.add(busy)
    return line
  }

  /// A share for each worker, or for many the mean and the busiest.
  private var busy: String {
    let shares = rates.busy
    guard shares.count > 4 else {
      return shares.isEmpty ? "" : "  busy " + shares.map(Quantity.share).joined(separator: " ")
    }
    let mean = shares.reduce(0, +) / Double(shares.count)
    return "  busy \(Quantity.share(mean)), at most \(Quantity.share(shares.max() ?? 0)) of \(shares.count)"
  }

  private func traffic(_ head: Overview.Head) -> ScreenLine {
    ScreenLine(
      "sessions \(head.sessions) of \(head.sessionsMax)  new \(Self.text(rates.accepted, Quantity.rate))"
        + "  to backends \(Self.text(rates.toBackends, Quantity.bytesRate))"
        + "  to clients \(Self.text(rates.toClients, Quantity.bytesRate))")
  }

  private func stalls(_ overview: Overview) -> ScreenLine {
    let stalled = overview.sessions.filter { $0.stall != nil }
    guard !stalled.isEmpty else { return ScreenLine("no session stalls", .good) }
    let parties = [Overview.Stall.client, .backend].compactMap { stall in
      let count = stalled.count { $0.stall == stall }
      return count > 0 ? "\(count) \(stall.rawValue)\(count > 1 ? "s" : "")" : nil
    }
    let dialing = stalled.count { $0.stall == .dialing }
    let counts =
      (parties.isEmpty ? [] : [parties.joined(separator: ", ") + " not reading"])
      + (dialing > 0 ? ["\(dialing) dialing"] : [])
    let held = stalled.reduce(UInt64(0)) { min($0, .max / 2) + min($1.held.sum, .max / 2) }
    // A look shows no more sessions than these.
    let more = stalled.count == Overview.sessionsMax ? " or more" : ""
    return ScreenLine(
      "STALLED \(stalled.count)\(more): \(counts.joined(separator: "; ")); \(Quantity.bytes(held)) held", .alarm)
  }

  private func refusal(_ reload: Overview.Reload?) -> [ScreenLine] {
    guard let reload, let refusal = reload.refusal else { return [] }
    let text = "reload refused at \(Self.clock(reload.time)): \(TerminalText.harmless(refusal))"
    return [ScreenLine(text, .alarm)]
  }

  /// What a moment that the log writes in full says of the day.
  static func clock(_ time: String) -> String {
    let text = TerminalText.harmless(time)
    guard let start = text.firstIndex(of: "T") else { return String(text.prefix(8)) }
    return String(text[text.index(after: start)...].prefix(8))
  }

  /// A dash where a rate is not known yet.
  static func text(_ rate: Double?, _ text: (Double) -> String) -> String { rate.map(text) ?? "-" }
}

/// What stands below them.
extension TopScreen {
  private var foot: ScreenLine {
    if let question = state.question {
      return ScreenLine(TerminalText.harmless(question.question) + " y/n", .alarm)
    }
    if let message = state.message {
      return ScreenLine(TerminalText.harmless(message.text), message.isGood ? .good : .alarm)
    }
    switch state.mode {
    case .filtering:
      return ScreenLine("filter: \(TerminalText.harmless(state.filter))_  (enter keeps it, escape clears it)", .bold)
    case .detail: return ScreenLine("escape back  r reset  q quit")
    case .browsing: return keys
    }
  }

  private var keys: ScreenLine {
    var line = ScreenLine("s by \(state.order.rawValue)  / filter")
    if !state.filter.isEmpty { line.add(":\(TerminalText.harmless(state.filter))", .bold) }
    line.add("  enter detail  r reset  p pause  tab  q quit")
    if let overview {
      let shown = state.sessions(of: overview).count
      if shown < overview.head.sessions { line.add("  \(shown) of \(overview.head.sessions)") }
    }
    return line
  }
}
