extension TopScreen {
  /// The endpoints of backends that have more to tell than one plain endpoint; nil where there are none, so that the
  /// other blocks have the room.
  func endpoints(_ overview: Overview) -> Block? {
    guard !overview.endpoints.isEmpty else { return nil }
    var table = TextTable([
      .text("BACKEND", 8), .text("ENDPOINT", 18), .words("STATE", 24), .number("SESSIONS", 8),
      .number("FAILING", 7, rank: 1), .number("P50", 6, rank: 2), .number("P99", 6, rank: 3),
      .words("FAILED", 14, rank: 4),
    ])
    var looks: [ScreenLine.Look] = []
    let place = state.placeOfEndpoint(in: overview)
    for (index, endpoint) in overview.endpoints.enumerated() {
      let limit = endpoint.sessionsMax.map { "/\(Quantity.count(UInt64(clamping: $0)))" } ?? ""
      let failing = rates.failures(of: endpoint)
      table.add([
        endpoint.backend, endpoint.name, endpoint.stateText,
        Quantity.count(UInt64(clamping: endpoint.sessions)) + limit, Self.text(failing, Quantity.rate),
        endpoint.connectMedian.map(Quantity.time) ?? "-", endpoint.connectSlowest.map(Quantity.time) ?? "-",
        endpoint.failures.text,
      ])
      looks.append(
        endpoint.isFailing || failing ?? 0 > 0
          ? .alarm : endpoint.isPassedOver || index == place && state.focus == .endpoints ? .bold : .plain)
    }
    let isMarked = overview.endpoints.map(\.isPassedOver)
    let marks = isMarked.indices.map {
      ($0 == place && state.focus == .endpoints ? ">" : " ") + (isMarked[$0] ? "!" : " ")
    }
    return Block(
      table, width, looks: looks, marks: marks, selected: place,
      rest: Block.Rest(isMarked: isMarked, unseen: max(0, overview.head.endpoints - overview.endpoints.count)))
  }
}

extension TopScreen.Block {
  /// What a line says of rows that are left out.
  struct Rest {
    let isMarked: [Bool]
    /// Rows that a look does not have.
    let unseen: Int

    func line(without shown: Range<Int>) -> ScreenLine {
      let left = isMarked.count - shown.count + unseen
      let marked = isMarked.indices.count { isMarked[$0] && !shown.contains($0) }
      guard marked > 0 else { return ScreenLine("  \(left) more") }
      // Those that a look does not have come behind those that are marked.
      let orMore = unseen > 0 && isMarked.allSatisfy { $0 } ? " or more" : ""
      return ScreenLine("  \(left) more, \(marked)\(orMore) of them marked !", .bold)
    }
  }
}
