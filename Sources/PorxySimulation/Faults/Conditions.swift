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
    default: fatalError("\(kind) is not a condition of a host")
    }
  }
}
