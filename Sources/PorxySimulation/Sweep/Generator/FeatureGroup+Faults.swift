import PorxyCore
import PorxyFaults

// What goes wrong, in the network and on purpose.
extension FeatureGroup {
  static let faults = [
    one("plan", of: []) { PlanSize($0.plan) },
    some("fault", of: ["plan.faults.kind"]) { $0.plan.faults.map(\.kind) },
    some("fault at", of: ["plan.faults.host", "plan.faults.other"]) { $0.plan.faults.map { FaultPlace($0) } },
    some("fault's form", of: ["plan.faults.amount"]) { $0.plan.faults.flatMap { FaultForm.all(of: $0) } },
  ]

  static let liveFaults = [
    one("live faults", of: []) { FeatureCount($0.liveFaults.count) },
    some("live fault", of: ["liveFaults.line"]) { $0.plannedFaults.map { LiveDeed($0.deed) } },
    some("live fault at", of: ["liveFaults.line"]) { $0.plannedFaults.map { LivePlace($0.deed) } },
    some("live fault befalls", of: ["liveFaults.line"]) { $0.plannedFaults.flatMap { LiveChoice.all(of: $0) } },
  ]

  private enum PlanSize: CaseIterable {
    case noFault
    case oneKind
    case severalKinds

    init(_ plan: Plan) {
      let first = plan.faults.first?.kind
      self = first == nil ? .noFault : plan.faults.allSatisfy { $0.kind == first } ? .oneKind : .severalKinds
    }
  }

  /// Where a fault is, or which way its segments go.
  private enum FaultPlace: CaseIterable {
    case client
    case porxy
    case server
    case clientToPorxy
    case porxyToClient
    case serverToPorxy
    case porxyToServer
    case name

    init(_ fault: Fault) {
      let isOfClient = [fault.host, fault.other].contains { $0.hasPrefix("client") }
      let isOfPorxy = fault.host == RunSetup.porxyHost
      if fault.kind.needsName {
        self = .name
      } else if fault.kind.needsTwoHosts {
        self =
          isOfPorxy ? (isOfClient ? .porxyToClient : .porxyToServer) : isOfClient ? .clientToPorxy : .serverToPorxy
      } else {
        self = isOfPorxy ? .porxy : isOfClient ? .client : .server
      }
    }
  }

  /// What the amount of a fault makes of it, where that is more than a size.
  private enum FaultForm: CaseIterable {
    case resolverUnavailable
    case resolverKnowsNoName
    case nameUnavailable
    case nameUnknown
    case allWorkersStandStill
    case oneWorkerStandsStill
    case allPortsOfAHost
    case onePortOfAHost
    case noBuffers
    case noBlocks
    case noPipes

    static func all(of fault: Fault) -> [FaultForm] {
      switch fault.kind {
      case .failingResolution: [fault.amount == 0 ? .resolverUnavailable : .resolverKnowsNoName]
      case .nameFails: [fault.amount == 0 ? .nameUnavailable : .nameUnknown]
      case .standstill: [fault.amount == 0 ? .allWorkersStandStill : .oneWorkerStandsStill]
      case .portsExhaustedTo: [fault.amount == 0 ? .allPortsOfAHost : .onePortOfAHost]
      case .conduitsExhausted:
        [noBuffers, noBlocks, noPipes].enumerated().filter { fault.amount & 1 << UInt64($0.offset) != 0 }
          .map(\.element)
      default: []
      }
    }
  }

  /// What a live fault does, apart from times and sizes.
  private enum LiveDeed: CaseIterable {
    case latency
    case jitter
    case bandwidth
    case slices
    case stall
    case stallForGood
    case slowEnd
    case loss
    case slowBackend
    case slowAccept
    case synLost
    case synLostForGood
    case slowResolution
    case lostEnd
    case blackHole
    case partition
    case reset
    case end
    case corrupt
    case deadBackend
    case closedListener
    case wrongResolution
    case shortage

    init(_ deed: FaultDeed) {
      switch deed {
      case .latency(_, _, let jitter): self = jitter == .zero ? .latency : .jitter
      case .bandwidth: self = .bandwidth
      case .lateEnd(_, let late): self = late == nil ? .lostEnd : .slowEnd
      case .blackHole: self = .blackHole
      case .slices: self = .slices
      case .stall(_, let length): self = length == nil ? .stallForGood : .stall
      case .partition: self = .partition
      case .reset: self = .reset
      case .end: self = .end
      case .loss: self = .loss
      case .corrupt: self = .corrupt
      case .backend(.slow): self = .slowBackend
      case .backend: self = .deadBackend
      case .listener(.slowAccept): self = .slowAccept
      case .listener(.deaf(let length)): self = length == nil ? .synLostForGood : .synLost
      case .listener: self = .closedListener
      case .resolution(.slow): self = .slowResolution
      case .resolution: self = .wrongResolution
      case .shortage: self = .shortage
      }
    }
  }

  /// Which side of a session a live fault is at.
  private enum LivePlace: CaseIterable {
    case bothSides
    case client
    case backend
    /// The attempt to connect, or clients before they are accepted.
    case noStream

    init(_ deed: FaultDeed) {
      switch deed {
      case .latency(let side, _, _), .bandwidth(let side, _), .lateEnd(let side, _), .blackHole(let side),
        .slices(let side, _, _), .loss(let side, _):
        self = side == nil ? .bothSides : side == .client ? .client : .backend
      case .stall(let side, _), .partition(let side, _, _), .reset(let side), .end(let side), .corrupt(let side):
        self = side == .client ? .client : .backend
      case .backend, .listener, .resolution, .shortage: self = .noStream
      }
    }
  }

  /// Which sessions a live fault befalls, and when.
  private enum LiveChoice: CaseIterable {
    case all
    case every
    case share
    case laterSessions
    case fewSessions
    case behindBytes
    case afterATime
    case oneListener
    case someClients
    case byTheirBytes
    case oneName
    case spanOfTime

    static func all(of fault: PlannedFault) -> [LiveChoice] {
      let (sessions, trigger) = (fault.sessions, fault.trigger)
      let some: [(Bool, LiveChoice)] = [
        (sessions.every > 1, .every), (sessions.share != FaultSessions.shareOfAll, .share),
        (sessions.numbers.lowerBound > 1 || sessions.numbers.upperBound < .max, .laterSessions),
        (sessions.most != nil, .fewSessions),
        (trigger.position > 0, .behindBytes), (trigger.after > .zero, .afterATime),
        (sessions.listener != nil, .oneListener), (sessions.clients != nil, .someClients),
        (sessions.keyLength != nil, .byTheirBytes), (sessions.host != nil, .oneName),
        (trigger.from > .zero || trigger.until != nil, .spanOfTime),
      ]
      let chosen = some.filter(\.0).map(\.1)
      return chosen.isEmpty ? [.all] : chosen
    }
  }
}

extension RunSetup {
  /// The lines of porxy's own faults, read.
  fileprivate var plannedFaults: [PlannedFault] {
    guard !liveFaults.isEmpty else { return [] }
    let plan = try? FaultPlan(liveFaults.map(\.line))
    invariant(plan != nil, "lines of a run's faults are right, and not too many")
    return plan?.faults ?? []
  }
}
