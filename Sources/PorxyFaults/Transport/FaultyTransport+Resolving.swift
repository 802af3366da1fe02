public import PorxyCore

/// A question for a name that a fault answers, or whose answer it holds back.
struct FaultyResolution {
  let id: ResolutionID
  let outcome: FaultedResolution
  /// By its serial number.
  let fault: UInt64
  /// When the proxy may hear of the answer.
  var release: Instant
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
    guard let place = resolutions.firstIndex(where: { $0.id == resolution }), resolutions[place].release > base.now
    else { return true }
    resolutions[place].isAnswered = true
    resolutionsDueAt = min(resolutionsDueAt, resolutions[place].release)
    return false
  }

  /// Tells of the answers that are due, and notes when the next is. What a fault has held back comes at once when that
  /// has gone.
  mutating func followResolutions() {
    resolutionsDueAt = .never
    for place in resolutions.indices where resolutions[place].isAnswered {
      let stays = plan.faults.contains { $0.serial == resolutions[place].fault }
      if stays, resolutions[place].release > base.now {
        resolutionsDueAt = min(resolutionsDueAt, resolutions[place].release)
      } else {
        resolutions[place].isAnswered = false
        resolutions[place].release = base.now
        told.append(.resolved(resolutions[place].id))
      }
    }
  }
}
