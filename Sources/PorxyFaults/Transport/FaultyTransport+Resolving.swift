public import PorxyCore

/// A question for a name that a fault answers, or whose answer it holds back.
struct FaultyResolution {
  let id: ResolutionID
  let outcome: FaultedResolution
  /// By its serial number.
  let fault: UInt64
  /// When the proxy may hear of the answer.
  let release: Instant
  /// The base transport has it.
  var isAnswered = false
}

// Names, and what faults make of the answers.
extension FaultyTransport where Base: ~Copyable {
  public mutating func resolve(_ host: String) -> ResolutionID {
    let id = base.resolve(host)
    // Nobody is asked for an address that is written as one.
    guard IPAddress(host) == nil, let (fault, outcome) = resolutionFault(of: host) else { return id }
    let active = plan.faults[fault]
    var delay = Duration.zero
    if case .slow(let time) = outcome { delay = time }
    resolutions.append(
      FaultyResolution(id: id, outcome: outcome, fault: active.serial, release: base.now + delay))
    meet(fault, of: host)
    return id
  }

  private func resolutionFault(of host: String) -> (fault: Int, outcome: FaultedResolution)? {
    for (number, active) in plan.faults.enumerated() {
      guard case .resolution(let outcome) = active.planned.deed, active.planned.sessions.host ?? host == host,
        active.isTime(at: base.now)
      else { continue }
      return (number, outcome)
    }
    return nil
  }

  public mutating func takeAddresses(of resolution: ResolutionID) throws(ResolutionError) -> [IPAddress] {
    let place = resolutions.firstIndex { $0.id == resolution }
    let outcome = place.map { resolutions.remove(at: $0).outcome }
    let addresses: [IPAddress]
    do throws(ResolutionError) {
      addresses = try base.takeAddresses(of: resolution)
    } catch {
      guard case .changed(let address) = outcome else { throw error }
      return [address]
    }
    switch outcome {
    case nil, .slow: return addresses
    case .failed: throw .unavailable
    case .changed(let address): return [address]
    }
  }

  /// The base transport has an answer: whether the proxy is to hear of it now.
  mutating func isToldOfAnswer(_ resolution: ResolutionID) -> Bool {
    guard let place = resolutions.firstIndex(where: { $0.id == resolution }), !isDue(resolutions[place]) else {
      return true
    }
    resolutions[place].isAnswered = true
    resolutionsDueAt = min(resolutionsDueAt, resolutions[place].release)
    return false
  }

  /// What a fault has held back comes at once when that has gone.
  private func isDue(_ resolution: FaultyResolution) -> Bool {
    resolution.release <= base.now || !plan.faults.contains { $0.serial == resolution.fault }
  }

  /// Tells of the answers that are due, and notes when the next is.
  mutating func followResolutions() {
    resolutionsDueAt = .never
    for place in resolutions.indices where resolutions[place].isAnswered {
      if isDue(resolutions[place]) {
        resolutions[place].isAnswered = false
        told.append(.resolved(resolutions[place].id))
      } else {
        resolutionsDueAt = min(resolutionsDueAt, resolutions[place].release)
      }
    }
  }
}
