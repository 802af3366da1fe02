import PorxyCore

/// What the running faults make of one host.
struct Conditions {
  var isHung = false
  var refuses = false
  var acceptQueueIsFull = false
  var acceptLacksDescriptors = false
  var connectLacksDescriptors = false
  var memoryShortage: UInt64 = 0
  var portsExhausted = false
  var conduitsWithheld: UInt64 = 0
  var lacksV6 = false
  var resolverHangs = false
  var resolverDelay: UInt64 = 0
  /// nil: it works; else 0 unavailable, 1 unknown name.
  var resolverFailure: UInt64?
  var namesChanged = false
  var spurious: UInt64 = 0
  var mergeFor: UInt64 = 0
  var delayUpTo: UInt64 = 0
  var stale: UInt64 = 0
  var abortedAccepts: UInt64 = 0
  var interruptions: UInt64 = 0
  var shortMoves: UInt64 = 0
  /// Bits of the workers that stand still.
  var stillWorkers: UInt64 = 0
}

extension Conditions {
  /// A fault of this kind runs with this amount, or none does.
  mutating func set(_ kind: FaultKind, to amount: UInt64?) {
    let isOn = amount != nil
    switch kind {
    case .refused: refuses = isOn
    case .acceptQueueFull: acceptQueueIsFull = isOn
    case .descriptorsOnAccept: acceptLacksDescriptors = isOn
    case .descriptorsOnConnect: connectLacksDescriptors = isOn
    case .memory: memoryShortage = amount ?? 0
    case .portsExhausted: portsExhausted = isOn
    case .conduitsExhausted: conduitsWithheld = amount ?? 0
    case .noV6: lacksV6 = isOn
    case .hangingResolution: resolverHangs = isOn
    case .slowResolution: resolverDelay = amount ?? 0
    case .failingResolution: resolverFailure = amount
    case .changingResolution: namesChanged = isOn
    case .spuriousReadiness: spurious = amount ?? 0
    case .mergedReadiness: mergeFor = amount ?? 0
    case .delayedReadiness: delayUpTo = amount ?? 0
    case .staleReadiness: stale = amount ?? 0
    case .abortedAccept: abortedAccepts = amount ?? 0
    case .interrupted: interruptions = amount ?? 0
    case .shortMoves: shortMoves = amount ?? 0
    case .standstill: stillWorkers = amount ?? 0
    default: fatalError("\(kind) is not a condition of a host")
    }
  }
}

/// Faults of a plan begin and end as events; what runs is written into hosts and wires, where the kernel meets it.
extension Network {
  /// Puts a plan's faults on the calendar; their times count from the beginning, and those that lie behind begin now.
  public func adopt(_ plan: Plan) {
    for fault in plan.faults { inject(fault) }
  }

  /// Puts one fault on the calendar, or begins it where its time has come.
  public func inject(_ fault: Fault) {
    let index = faults.count
    faults.append(fault)
    faultIsActive.append(false)
    if let call = fault.call { return porxyCalls.watch(call) }
    let from = (Self.beginning + fault.from).nanoseconds
    if from <= time {
      beginFault(index)
    } else {
      schedule(from, .faultBegins(UInt32(index)))
    }
    guard !fault.kind.isInstant, fault.until < .seconds(1 << 30) else { return }
    schedule(max(from, (Self.beginning + fault.until).nanoseconds), .faultEnds(UInt32(index)))
  }

  /// Porxy makes one more of the calls that faults can begin at.
  @inline(__always)
  func noteCall() {
    if porxyCalls.count() { beginFaultsAtCall() }
  }

  private func beginFaultsAtCall() {
    porxyCalls.note(at: elapsed)
    for index in faults.indices where faults[index].call == porxyCalls.number {
      beginFault(index)
      // Where it begins and ends at the same moment, it lasts until porxy waits.
      if faultIsActive[index] {
        schedule(time + (faults[index].until - faults[index].from).nanoseconds, .faultEnds(UInt32(index)))
      }
    }
    for case let call? in faults.map(\.call) where call > porxyCalls.number { porxyCalls.watch(call) }
  }

  /// Ends all faults, those to come among them; hosts without power get it back.
  public func heal() {
    for index in faults.indices {
      let wasActive = faultIsActive[index]
      faultIsActive[index] = false
      (faults[index].until, faults[index].call) = (.zero, nil)
      if wasActive { apply(index) }
    }
    for host in hosts.indices where !hosts[host].isUp { revive(HostID(host)) }
  }

  func beginFault(_ index: Int) {
    let fault = faults[index]
    guard fault.until > .zero || fault.call != nil, let host = host(named: fault.host) else { return }
    trace.add(.faultBegins, UInt64(fault.kind.rawValue), UInt64(index), fault.amount, at: time)
    switch fault.kind {
    case .kill: strike(fault.kind, hosts[host.index].isUp) { kill(host) }
    case .powerLoss: strike(fault.kind, hosts[host.index].isUp) { cutPower(of: host) }
    case .middleboxReset: resetSome(fault, host)
    default:
      if fault.kind == .restart { strike(fault.kind, hosts[host.index].isUp) { cutPower(of: host) } }
      faultIsActive[index] = true
      apply(index)
    }
  }

  func endFault(_ index: Int) {
    guard faultIsActive[index] else { return }
    faultIsActive[index] = false
    trace.add(.faultEnds, UInt64(faults[index].kind.rawValue), UInt64(index), 0, at: time)
    apply(index)
  }

  private func strike(_ kind: FaultKind, _ isMet: Bool, _ blow: () -> Void) {
    if isMet { faultsMet.meet(kind) }
    blow()
  }

  private func resetSome(_ fault: Fault, _ host: HostID) {
    guard let other = self.host(named: fault.other) else { return }
    for slot in blocks.indices
    where blocks[slot].host == host && blocks[slot].peerHost == other && blocks[slot].state.isSynchronized {
      let key = blocks[slot].stream >> 1
      guard chance.happens(fault.amount, .middlebox, key, fault.from.nanoseconds) else { continue }
      faultsMet.meet(.middleboxReset)
      resetFromOutside(socket(slot))
    }
  }

  /// Works out anew what a fault's kind makes of its host or its wires, after the fault began or ended.
  private func apply(_ index: Int) {
    let changed = faults[index]
    guard let host = host(named: changed.host) else { return }
    if changed.kind.needsName { return applyToName(changed.kind, changed.other, host) }
    guard changed.kind.needsTwoHosts else { return applyToHost(changed.kind, host) }
    guard let other = self.host(named: changed.other) else { return }
    applyToWire(host, other)
    applyToWire(other, host)
  }

  private func applyToHost(_ kind: FaultKind, _ host: HostID) {
    let name = hosts[host.index].name
    var amount: UInt64?
    for (index, fault) in faults.enumerated() where faultIsActive[index] && fault.kind == kind && fault.host == name {
      switch kind {
      case .conduitsExhausted: amount = (amount ?? 0) | fault.amount
      case .standstill: amount = (amount ?? 0) | (fault.amount == 0 ? .max : 1 << (fault.amount - 1))
      default: amount = max(amount ?? 0, fault.amount)
      }
    }
    switch kind {
    case .hang: return setHung(amount != nil, host)
    case .restart: return amount == nil ? revive(host) : ()
    default: hosts[host.index].conditions.set(kind, to: amount)
    }
    if kind == .hangingResolution, amount == nil { releaseQuestions(of: host) }
  }

  private func applyToName(_ kind: FaultKind, _ name: String, _ host: HostID) {
    var amount: UInt64?
    for (index, fault) in faults.enumerated()
    where faultIsActive[index] && fault.kind == kind && fault.other == name && fault.host == hosts[host.index].name {
      amount = max(amount ?? 0, fault.amount)
    }
    setTrouble(kind, to: amount, of: name, on: host)
    if kind == .nameHangs, amount == nil { releaseQuestions(of: host) }
  }

  private func applyToWire(_ from: HostID, _ to: HostID) {
    let place = ownWire(from, to)
    let (here, there) = (hosts[from.index].name, hosts[to.index].name)
    wires[place].heal()
    for (index, fault) in faults.enumerated() where faultIsActive[index] && fault.kind.needsTwoHosts {
      let isForth = fault.host == here && fault.other == there
      let isBack = fault.host == there && fault.other == here
      let isOneWay = [.oneWayPartition, .synLost, .portsExhaustedTo].contains(fault.kind)
      guard isForth || (isBack && !isOneWay) else { continue }
      wires[place].suffer(fault)
    }
    if !wires[place].isStalled { release(place) }
  }
}
